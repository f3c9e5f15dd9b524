import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { clusterOption, namespaceOption } from '../shared-options.ts';

export function addDescribeCommand(program: Command): void {
  program
    .command('describe')
    .summary('explain objects: health and why, conditions, containers, events')
    .description(
      'Explains objects for a person: health and its reason, what the kind is about, conditions, containers, owner and events.',
    )
    .argument('<object...>', 'pod/web-1 · pod web-1 web-2')
    .addOption(clusterOption())
    .addOption(namespaceOption())
    .option('--no-events', 'leave the events out')
    .action(lazily(async () => (await import('./describe-objects.ts')).describeObjects));
}
