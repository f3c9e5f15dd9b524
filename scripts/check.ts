import { root, run, tools } from './run-command.ts';

type Check = { name: string; run(): Promise<boolean> };

/** A parser that reads nothing finds nothing: the dependency rules must have seen at least this many modules. */
const fewestModules = 100;

async function passes(script: string, args: string[], cwd = root): Promise<boolean> {
  return (await run(script, args, { cwd })).code === 0;
}

async function dependencyRulesHold(): Promise<boolean> {
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'packages', 'apps'];
  const { output } = await run(tools.depcruise, args, { quiet: true });
  const { summary } = JSON.parse(output) as { summary: Summary };
  for (const { rule, from, to, cycle } of summary.violations) {
    console.error(`  ${rule.name}: ${from} -> ${cycle ? cycle.map((each) => each.name).join(' -> ') : to}`);
  }
  console.log(`  ${summary.totalCruised} modules, ${summary.totalDependenciesCruised} dependencies read`);
  if (summary.totalCruised < fewestModules)
    console.error(`  fewer than ${fewestModules} modules were read: the rules were not really checked`);
  return summary.violations.length === 0 && summary.totalCruised >= fewestModules;
}

type Summary = {
  totalCruised: number;
  totalDependenciesCruised: number;
  violations: { rule: { name: string }; from: string; to: string; cycle?: { name: string }[] }[];
};

const checks: Check[] = [
  { name: 'types', run: () => passes(tools.tsc, ['-p', '.']) },
  { name: 'types of the web app', run: () => passes(tools.tsc, ['-p', 'apps/web']) },
  { name: 'lint and format', run: () => passes(tools.biome, ['check', '--error-on-warnings', '.']) },
  { name: 'dependency rules', run: dependencyRulesHold },
  { name: 'dead code', run: () => passes(tools.knip, ['--no-progress']) },
];

const failed: string[] = [];
for (const check of checks) {
  const started = performance.now();
  console.log(`• ${check.name}`);
  if (!(await check.run())) failed.push(check.name);
  console.log(`  ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
console.log(failed.length === 0 ? 'All checks pass.' : `Failed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;
