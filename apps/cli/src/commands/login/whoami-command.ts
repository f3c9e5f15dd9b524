import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { outputOption } from '../shared-options.ts';

export function addWhoamiCommand(program: Command): void {
  program
    .command('whoami')
    .summary('who I am on which server, and what I may do')
    .addOption(outputOption(['text', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./print-me.ts')).printMe));
}
