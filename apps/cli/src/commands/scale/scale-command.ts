import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { clusterOption, namespaceOption, wholeNumber } from '../shared-options.ts';

export function addScaleCommand(program: Command): void {
  program
    .command('scale')
    .summary('set the number of replicas')
    .description('Sets the number of replicas of workloads, through the scale subresource.')
    .argument('<object...>', 'deploy/web · statefulset db · any kind with a scale')
    .requiredOption('--replicas <n>', 'how many', wholeNumber(0))
    .option('--dry-run', 'ask the cluster, keep nothing')
    .addOption(clusterOption())
    .addOption(namespaceOption())
    .action(lazily(async () => (await import('./scale-objects.ts')).scaleObjects));
}
