import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';

export function addLoginCommand(program: Command): void {
  program
    .command('login')
    .summary('sign in to a server')
    .description(
      'Signs in and remembers it: with e-mail address and password it makes a personal token for this machine, which `logout` revokes. A server in local mode on this machine needs no login.',
    )
    .argument('[url]', 'the server: https://pilothouse.example.com')
    .option('--email <address>', 'sign in as; asked for when it is left out')
    .option('--password-file <path>', 'where the password is; - for standard input; asked for when it is left out')
    .option('--token <token>', 'a personal token instead')
    .option('--token-file <path>', 'a file with a personal token; - for standard input')
    .action(lazily(async () => (await import('./sign-in.ts')).signIn));
}
