import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { outputOption } from '../shared-options.ts';

export function addVersionCommand(program: Command): void {
  program
    .command('version')
    .summary('the version of this tool and of the server')
    .option('--client', 'of this tool only')
    .addOption(outputOption(['text', 'json', 'yaml']))
    .action(lazily(async () => (await import('./print-version.ts')).printVersion));
}
