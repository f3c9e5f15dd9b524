import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { addClustersOptions, outputOption } from '../shared-options.ts';

export function addKindsCommand(program: Command): void {
  addClustersOptions(program.command('kinds').alias('api-resources'))
    .summary('the kinds of objects a cluster serves')
    .description('Every kind that a cluster serves, with its short names; custom ones included.')
    .option('--api-group <group>', 'only of this group; "" for the core group')
    .option('--namespaced <yes|no>', 'only those in namespaces, or only those outside')
    .addOption(outputOption(['table', 'wide', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./list-kinds.ts')).listKinds));
}
