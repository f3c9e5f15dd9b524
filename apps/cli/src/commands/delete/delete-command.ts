import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import {
  clusterOption,
  confirmOption,
  duration,
  namespaceOption,
  onOrOff,
  outputOption,
  repeatable,
  wholeNumber,
} from '../shared-options.ts';

export function addDeleteCommand(program: Command): void {
  program
    .command('delete')
    .summary('delete objects by name, selector or file')
    .description(
      'Deletes objects and waits until they are gone. In a terminal it shows what will go and asks once when there are several.',
    )
    .argument('[object...]', 'pod/web-1 · pod a b · pods with --selector or --all')
    .addOption(
      new Option('-f, --filename <path>', 'the objects in a file, a folder, or - for standard input').argParser(
        repeatable,
      ),
    )
    .option('-R, --recursive', 'folders inside folders too')
    .addOption(clusterOption())
    .addOption(namespaceOption())
    .option('-l, --selector <labels>', 'those that match')
    .option('--all', 'all of that resource in the namespace')
    .addOption(
      new Option('--cascade <how>', 'what becomes of the objects they own')
        .choices(['background', 'foreground', 'orphan'])
        .default('background'),
    )
    .option('--grace-period <seconds>', 'how long pods may take to end', wholeNumber(0))
    .addOption(new Option('--wait [on]', 'wait until they are gone').argParser(onOrOff).default(true))
    .option('--timeout <span>', 'how long to wait, like 90s or 5m', duration, 600_000)
    .option('--dry-run', 'ask the cluster, delete nothing')
    .option('--ignore-not-found', 'what is not there is no failure')
    .addOption(confirmOption())
    .addOption(outputOption(['text', 'name']))
    .action(lazily(async () => (await import('./delete-objects.ts')).deleteObjects));
}
