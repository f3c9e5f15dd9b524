import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { clusterOption, duration, namespaceOption, wholeNumber } from '../shared-options.ts';

export function addLogsCommand(program: Command): void {
  program
    .command('logs')
    .summary('what containers print, of a pod or of a whole workload')
    .description('The log of a pod, or of all pods of a workload or selector, merged and told apart by a colour.')
    .argument('[object]', 'a pod, or any workload: web-1 · pod/web-1 · deploy/web')
    .addOption(clusterOption('--cluster <name>'))
    .addOption(namespaceOption())
    .option('-l, --selector <labels>', 'the pods that match instead of an object')
    .option('-c, --container <name>', 'one container; else the default one')
    .option('--all-containers', 'every container of each pod')
    .option('-f, --follow', 'go on with what comes, also from new pods, until Ctrl-C')
    .option('-p, --previous', 'of the container that ran before the last restart')
    .option('--tail <n>', 'only the last n lines; -1 for all (default: 10 of each pod with a selector)', tailNumber)
    .addOption(new Option('--since <span>', 'only of the last 90s, 5m, 2h').argParser(duration).conflicts('sinceTime'))
    .option('--since-time <time>', 'only after an RFC 3339 time')
    .option('--timestamps', 'put the time before each line')
    .option('--prefix', 'put the pod and container before each line, also when there is one')
    .action(lazily(async () => (await import('./print-logs.ts')).printLogs));
}

function tailNumber(text: string): number {
  return text === '-1' ? -1 : wholeNumber(0)(text);
}
