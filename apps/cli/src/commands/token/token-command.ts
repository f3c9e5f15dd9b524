import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { confirmOption, outputOption, wholeNumber } from '../shared-options.ts';

export function addTokenCommand(program: Command): void {
  const token = program
    .command('token')
    .summary('my personal tokens')
    .description('Personal tokens: for scripts and other machines, revoked one by one.');
  token
    .command('create')
    .summary('make one; it is printed once')
    .argument('<name>', 'to recognise it by')
    .addOption(
      new Option('--scope <scope>', 'read: only read; write: all that you may do')
        .choices(['read', 'write'])
        .default('write'),
    )
    .option('--expires-in <days>', 'days until it ends', wholeNumber(1), 90)
    .addOption(outputOption(['text', 'json', 'yaml']))
    .action(lazily(async () => (await import('./tokens.ts')).createToken));
  token
    .command('list')
    .alias('ls')
    .summary('list them')
    .addOption(outputOption(['table', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./tokens.ts')).listTokens));
  token
    .command('rm')
    .summary('revoke one')
    .argument('<token>', 'its id, name or prefix')
    .addOption(confirmOption())
    .action(lazily(async () => (await import('./tokens.ts')).removeToken));
}
