import type { Command, Option } from 'commander';
import { exitCodes } from '../runtime/exit-code.ts';

/** The reference page of a program, from the commands themselves. */
export function referenceOf(program: Command): string {
  const lines = [
    '# Command line',
    '',
    'Every command of `pilothouse`, from its own definitions; `pilothouse <command> --help` says the same. A first tour: [guides/cli.md](../guides/cli.md).',
    '',
    '## Everywhere',
    '',
    ...optionLines(program.options),
    '',
    ...environmentLines,
    '',
    '## Exit codes',
    '',
    '`exec` ends with the code of the command it ran.',
    '',
    '| code | outcome | meaning |',
    '|---|---|---|',
    ...Object.entries(exitCodes).map(([outcome, { code, meaning }]) => `| ${code} | ${outcome} | ${meaning} |`),
  ];
  for (const command of program.commands.filter(isShown)) lines.push(...commandLines(command, []));
  return `${lines.join('\n')}\n`;
}

const environmentLines = [
  '| variable | what it sets |',
  '|---|---|',
  '| `PILOTHOUSE_SERVER` | the server, as `--server` |',
  '| `PILOTHOUSE_TOKEN`, `PILOTHOUSE_TOKEN_FILE` | a personal token, or a file that holds one |',
  '| `PILOTHOUSE_CLUSTER`, `PILOTHOUSE_NAMESPACE` | what commands mean that name none |',
  '| `PILOTHOUSE_DATA` | the data folder of a server in local mode on this machine, where its token is (default `~/.pilothouse`) |',
  '| `PILOTHOUSE_CLI_CONFIG` | the file that `login` and `use` write (default `~/.config/pilothouse/config.json`) |',
  '| `NO_COLOR`, `FORCE_COLOR` | no colours; colours although it is no terminal |',
];

function isShown(command: Command): boolean {
  return !command.name().startsWith('__') && command.name() !== 'help';
}

function commandLines(command: Command, parents: readonly string[]): string[] {
  const path = [...parents, command.name()];
  const children = command.commands.filter(isShown);
  const title = [`${'#'.repeat(parents.length + 2)} pilothouse ${path.join(' ')}`, ''];
  const about = command.description() || sentence(command.summary());
  if (children.length > 0) return ['', ...title, about, ...children.flatMap((child) => commandLines(child, path))];
  const lines = ['', ...title, about, '', `\`pilothouse ${path.join(' ')} ${usageOf(command)}\``.replace(/ `$/, '`')];
  const args = command.registeredArguments.filter((argument) => argument.description);
  const options = optionLines(command.options.filter((option) => !option.hidden));
  if (args.length > 0 || options.length > 0) lines.push('');
  for (const argument of args)
    lines.push(`- \`${argument.name()}\`: ${cell(argument.description)}${choices(argument.argChoices)}`);
  return [...lines, ...options];
}

function usageOf(command: Command): string {
  const args = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [...args, ...(command.options.length > 0 ? ['[options]'] : [])].join(' ');
}

function optionLines(options: readonly Option[]): string[] {
  return options.map((option) => {
    const notes = [
      choices(option.argChoices),
      defaultOf(option),
      option.envVar ? ` (\`${option.envVar}\`)` : '',
      option.mandatory ? ' Required.' : '',
    ];
    return `- \`${option.flags}\`: ${cell(option.description)}${notes.join('')}`;
  });
}

function defaultOf({ defaultValue, negate }: Option): string {
  if (defaultValue === undefined || negate) return '';
  return ` Default: ${String(defaultValue)}.`;
}

function choices(values: readonly string[] | undefined): string {
  return values ? ` One of ${values.join(', ')}.` : '';
}

const cell = (text: string) => text.replaceAll('<', '\\<');
const sentence = (text: string) => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
