import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { clusterOption, namespaceOption, onOrOff, outputOption, repeatable } from '../shared-options.ts';

export function addApplyCommand(program: Command): void {
  addFileOptions(program.command('apply'))
    .summary('make objects as files say (server-side apply)')
    .description('Server-side apply of YAML or JSON files, document by document, with a result for each.')
    .addOption(
      new Option('--dry-run [mode]', 'ask the cluster what would change, keep nothing')
        .choices(['server', 'none', 'client'])
        .preset('server'),
    )
    .option('--force-conflicts', 'take fields over from other managers')
    .option('--field-manager <name>', 'as whom the fields are owned', 'pilothouse')
    .addOption(new Option('--server-side [on]', 'kubectl’s spelling; it is always so').argParser(onOrOff).hideHelp())
    .addOption(outputOption(['text', 'json', 'yaml', 'name']))
    .addHelpText(
      'after',
      `
Examples:
  pilothouse apply -f shop.yaml -n shop
  pilothouse apply -f manifests/ --dry-run
  helm template shop | pilothouse apply -f -`,
    )
    .action(lazily(async () => (await import('./apply-files.ts')).applyFiles));
}

export function addFileOptions(command: Command): Command {
  return command
    .requiredOption(
      '-f, --filename <path>',
      'a file, a folder, or - for standard input; may be given several times',
      repeatable,
    )
    .option('-R, --recursive', 'folders inside folders too')
    .addOption(clusterOption())
    .addOption(namespaceOption());
}
