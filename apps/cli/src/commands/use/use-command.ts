import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';

export function addUseCommand(program: Command): void {
  program
    .command('use')
    .summary('choose the cluster and namespace that commands mean')
    .description(
      'Remembers the cluster and the namespace that commands mean when they name none. Without arguments it says what is chosen.',
    )
    .argument('[cluster]', 'the cluster')
    .option('-n, --namespace <name>', 'the namespace')
    .option('--clear', 'forget both')
    .action(lazily(async () => (await import('./choose-place.ts')).choosePlace));
}
