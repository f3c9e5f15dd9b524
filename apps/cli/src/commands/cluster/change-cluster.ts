import type { BodyOf, Cluster } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { actOnEach } from '../../runtime/act-on-objects.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import { confirm } from '../../runtime/secret-input.ts';
import { parseLabels } from './cluster-labels.ts';

type Change = BodyOf<typeof routes.updateCluster>;

/** Reads the cluster and changes that version of it, so that a change made meanwhile is not overwritten. */
async function change(context: CliContext, name: string, make: (cluster: Cluster) => Change): Promise<Cluster> {
  const cluster = await context.api().call(routes.getCluster, { params: { cluster: name } });
  return context.api().call(routes.updateCluster, {
    params: { cluster: cluster.id },
    body: make(cluster),
    headers: { 'if-match': `"${cluster.resourceVersion}"` },
  });
}

export async function renameCluster(context: CliContext, _options: object, from: string, to: string): Promise<number> {
  const cluster = await change(context, from, () => ({ name: to }));
  await context.print(`cluster ${from} is now ${cluster.name}\n`);
  return 0;
}

export async function labelCluster(
  context: CliContext,
  _options: object,
  name: string,
  texts: string[],
): Promise<number> {
  const { set, remove } = parseLabels(texts);
  const cluster = await change(context, name, ({ labels }) => ({
    labels: Object.fromEntries(Object.entries({ ...labels, ...set }).filter(([key]) => !remove.includes(key))),
  }));
  const text = Object.entries(cluster.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ');
  await context.print(`cluster ${cluster.name} labelled: ${text || 'no labels'}\n`);
  return 0;
}

export async function makeDefault(context: CliContext, _options: object, name: string): Promise<number> {
  const cluster = await change(context, name, () => ({ default: true }));
  await context.print(`cluster ${cluster.name} is the default\n`);
  return 0;
}

export async function removeClusters(
  context: CliContext,
  options: { yes?: boolean },
  names: string[],
): Promise<number> {
  const question = `Forget ${names.join(', ')} with credentials, shares and connection log? Nothing on it is touched.`;
  if (!options.yes && context.io.stdin.isTTY && !(await confirm(context, question))) return exitCode('no');
  const clusters = names.map((name) => ({ name, label: `cluster ${name}` }));
  return actOnEach(context, clusters, async ({ name }) => {
    await context.api().call(routes.deleteCluster, { params: { cluster: name } });
    return 'forgotten';
  });
}
