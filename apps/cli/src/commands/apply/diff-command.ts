import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { addFileOptions } from './apply-command.ts';

export function addDiffCommand(program: Command): void {
  addFileOptions(program.command('diff'))
    .summary('what apply would change')
    .description(
      'What `apply` would change, computed by the cluster. Exit code 0: nothing, 1: there are differences, above: it failed.',
    )
    .option('--force-conflicts', 'as if fields were taken over from other managers')
    .option('--field-manager <name>', 'as whom the fields would be owned', 'pilothouse')
    .action(lazily(async () => (await import('./diff-files.ts')).diffFiles));
}
