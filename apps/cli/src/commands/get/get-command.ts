import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { addClustersOptions, addNamespacesOptions, outputOption, wholeNumber } from '../shared-options.ts';

export function addGetCommand(program: Command): void {
  const command = program
    .command('get')
    .summary('list resources, or get some by name')
    .description('Lists resources of any kind, or gets some by name, from one cluster or from several at once.')
    .argument('<resource...>', 'kubectl’s spellings: pods · deploy/web · pod a b · deploy,svc · all');
  addNamespacesOptions(addClustersOptions(command))
    .option('-l, --selector <labels>', 'label selector: app=web,tier!=cache')
    .option('--field-selector <fields>', 'by any field: status.phase=Running,spec.nodeName!=a')
    .option('--health <statuses>', 'healthy, progressing, degraded, suspended, missing, unknown; comma-separated')
    .option('-q, --query <text>', 'rows in which every word occurs')
    .option('--sort <columns>', 'name, namespace, cluster, health, age or a column; "-" before one for descending')
    .addOption(new Option('--sort-by <path>', 'kubectl’s spelling of --sort').hideHelp().conflicts('sort'))
    .option('--limit <n>', 'print at most n', wholeNumber(1))
    .option('-w, --watch', 'then print each change, until Ctrl-C')
    .option('--watch-only', 'print changes only')
    .option('--no-headers', 'no header line')
    .addOption(outputOption(['table', 'wide', 'json', 'yaml', 'name']))
    .addHelpText(
      'after',
      `
Examples:
  pilothouse get pods -n shop
  pilothouse get deploy,svc -A -o wide
  pilothouse get pods --all-clusters -A --health degraded
  pilothouse get deploy/web -n shop -o yaml
  pilothouse get pods -n shop -w`,
    )
    .action(lazily(async () => (await import('./get-resources.ts')).getResources));
}
