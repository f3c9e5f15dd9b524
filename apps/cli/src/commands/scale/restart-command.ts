import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { clusterOption, namespaceOption } from '../shared-options.ts';

export function addRestartCommand(program: Command): void {
  program
    .command('restart')
    .summary('restart the rollout of a workload')
    .description('Replaces the pods of workloads one after the other, as `kubectl rollout restart` does.')
    .argument('<object...>', 'deploy/web · daemonset agent')
    .addOption(clusterOption())
    .addOption(namespaceOption())
    .action(lazily(async () => (await import('./restart-objects.ts')).restartObjects));
}
