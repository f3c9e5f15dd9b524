import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run-command.ts';

/** One figure of a benchmark: each file in bench/ is one benchmark and prints its figures as lines of JSON. Its parts live in bench/parts/. */
type Figure = { bench: string; value: number; unit: string; rival: string; ratio: number; bar: string; holds: boolean };

const wanted = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const folder = join(root, 'bench');
const all = readdirSync(folder)
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -'.ts'.length));
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No benchmark named ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(2);
}

const figures: Figure[] = [];
let broken = 0;
for (const name of wanted.length > 0 ? wanted : all) {
  console.log(`\n# ${name}`);
  const { code, output } = await run(join(folder, `${name}.ts`), [], { quiet: true });
  process.stdout.write(output);
  const lines = output.split('\n').filter((line) => line.startsWith('{"bench"'));
  for (const line of lines) figures.push(JSON.parse(line) as Figure);
  if (code !== 0 || lines.length === 0) {
    console.error(`${name} gave no figure (exit ${code})`);
    broken += 1;
  }
}

console.log('\n| bench | value | rival | ratio | bar | holds |\n|---|---|---|---|---|---|');
for (const { bench, value, unit, rival, ratio, bar, holds } of figures) {
  console.log(`| ${bench} | ${round(value)} ${unit} | ${rival} | ${round(ratio)} | ${bar} | ${holds ? 'yes' : 'NO'} |`);
}
if (process.argv.includes('--save'))
  writeFileSync(join(folder, 'results.json'), `${JSON.stringify(figures, undefined, 2)}\n`);
process.exitCode = broken > 0 || figures.some((figure) => !figure.holds) ? 1 : 0;

function round(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
