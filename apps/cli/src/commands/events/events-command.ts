import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { addClustersOptions, addNamespacesOptions, outputOption, wholeNumber } from '../shared-options.ts';

export function addEventsCommand(program: Command): void {
  const command = program
    .command('events')
    .summary('what the clusters report about their objects')
    .description('Kubernetes events of one cluster or of several, oldest first, so that the latest is at the prompt.');
  addNamespacesOptions(addClustersOptions(command))
    .option('--for <object>', 'about one object: pod/web-1')
    .addOption(new Option('--types <type>', 'only these').choices(['Normal', 'Warning']))
    .option('-q, --query <text>', 'events in which every word occurs')
    .option('--limit <n>', 'the latest n', wholeNumber(1), 200)
    .option('-w, --watch', 'then print new ones as they come, until Ctrl-C')
    .option('--no-headers', 'no header line')
    .addOption(outputOption(['table', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./list-events.ts')).listEvents));
}
