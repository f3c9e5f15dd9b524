import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { duration, outputOption, wholeNumber } from '../shared-options.ts';

export function addAuditCommand(program: Command): void {
  program
    .command('audit')
    .summary('who did what (administrators)')
    .description('The audit log, newest first.')
    .option('--actor <user>', 'by whom')
    .option('--verb <verb>', 'what was done')
    .option('--cluster <name>', 'on which cluster')
    .option('-q, --query <text>', 'entries with this text')
    .option('--since <span>', 'of the last 90s, 5m, 2h, 7d', duration)
    .option('--limit <n>', 'at most n', wholeNumber(1), 100)
    .addOption(outputOption(['table', 'wide', 'json', 'yaml']))
    .action(lazily(async () => (await import('./list-audit.ts')).listAudit));
}
