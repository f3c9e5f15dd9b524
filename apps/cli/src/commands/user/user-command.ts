import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { confirmOption, outputOption } from '../shared-options.ts';

export function addUserCommand(program: Command): void {
  const user = program
    .command('user')
    .summary('accounts (administrators)')
    .description('Local accounts. A user is named by e-mail address or id.');
  user
    .command('list')
    .alias('ls')
    .summary('list them')
    .option('-q, --query <text>', 'in name or address')
    .addOption(outputOption(['table', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./users.ts')).listUsers));
  user
    .command('add')
    .summary('add one')
    .argument('<email>', 'the address to sign in with')
    .option('--name <name>', 'how to call the person; else the part of the address before the @')
    .option(
      '--password-file <path>',
      'where the first password is; - for standard input; else one is made and printed once',
    )
    .addOption(outputOption(['text', 'json', 'yaml']))
    .action(lazily(async () => (await import('./users.ts')).addUser));
  for (const [verb, summary] of [
    ['disable', 'end the access of one, at once'],
    ['enable', 'give it back'],
  ] as const) {
    user
      .command(verb)
      .summary(summary)
      .argument('<user>', 'e-mail address or id')
      .action(lazily(async () => (await import('./users.ts'))[verb === 'disable' ? 'disableUser' : 'enableUser']));
  }
  user
    .command('rm')
    .summary('remove one with all sessions, tokens and roles')
    .argument('<user>', 'e-mail address or id')
    .addOption(confirmOption())
    .action(lazily(async () => (await import('./users.ts')).removeUser));
}
