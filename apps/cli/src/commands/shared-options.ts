import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../output/age.ts';

/** `-c` is the container where there are containers, as in kubectl. */
export function clusterOption(flags: '-c, --cluster <name>' | '--cluster <name>' = '-c, --cluster <name>'): Option {
  return new Option(flags, 'the cluster; else the one chosen with `use`, or the default');
}

export function addClustersOptions(command: Command): Command {
  return command
    .addOption(clusterOption())
    .option('--clusters <names>', 'several clusters, comma-separated')
    .option('--all-clusters', 'every cluster you may see');
}

export function namespaceOption(): Option {
  return new Option('-n, --namespace <name>', 'the namespace; else the one chosen with `use`, or "default"');
}

export function addNamespacesOptions(command: Command): Command {
  return command.addOption(namespaceOption()).option('-A, --all-namespaces', 'every namespace');
}

export function outputOption<const Formats extends readonly string[]>(formats: Formats): Option {
  return new Option('-o, --output <format>', 'how to print').choices(formats).default(formats[0]);
}

export const confirmOption = () => new Option('-y, --yes', 'do not ask');

/** Parsers of option values: commander reports what they throw with the option's name. */
export function wholeNumber(minimum: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < minimum)
      throw new InvalidArgumentError(`It must be a whole number from ${minimum}.`);
    return value;
  };
}

/** Milliseconds of `90s`, `5m`, `2h30m`, `7d`. */
export function duration(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined)
    throw new InvalidArgumentError('It must be a span of time like 90s, 5m, 2h30m or 7d.');
  return milliseconds;
}

/** kubectl's `--flag=false` spelling of a switch. */
export function onOrOff(text: string): boolean {
  if (text !== 'true' && text !== 'false') throw new InvalidArgumentError('It must be true or false.');
  return text === 'true';
}

export function repeatable(value: string, previous: readonly string[] = []): string[] {
  return [...previous, value];
}
