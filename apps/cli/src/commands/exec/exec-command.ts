import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { clusterOption, namespaceOption } from '../shared-options.ts';

export function addExecCommand(program: Command): void {
  program
    .command('exec')
    .summary('run a command in a container, or open a shell')
    .description(
      'Runs a command in a container and ends with its exit code. Without a command it opens the first shell there is.',
    )
    .argument('<object>', 'a pod, or a workload for its first ready pod: web-1 · deploy/web')
    .argument('[command...]', 'after --, the command and its arguments')
    .addOption(clusterOption('--cluster <name>'))
    .addOption(namespaceOption())
    .option('-c, --container <name>', 'the container; else the default one')
    .option('-i, --stdin', 'hand our standard input to the command')
    .option('-t, --tty', 'in a terminal of its own; goes with -i')
    .addHelpText(
      'after',
      `
Examples:
  pilothouse exec -it deploy/web -n shop
  pilothouse exec web-1 -n shop -- cat /etc/hosts
  tar c . | pilothouse exec -i web-1 -n shop -- tar x -C /data`,
    )
    .action(lazily(async () => (await import('./exec-in-container.ts')).execInContainer));
}
