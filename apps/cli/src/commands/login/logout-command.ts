import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';

export function addLogoutCommand(program: Command): void {
  program
    .command('logout')
    .summary('sign out and revoke the token of this machine')
    .argument('[url]', 'the server; else the one signed in to last')
    .action(lazily(async () => (await import('./sign-out.ts')).signOut));
}
