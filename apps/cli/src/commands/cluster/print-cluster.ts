import type { Cluster } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { ageOf } from '../../output/age.ts';
import { jsonText } from '../../output/json-text.ts';
import { terminalText } from '../../output/terminal-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { factLines } from '../describe/description-text.ts';
import type { Fact } from '../describe/kind-facts.ts';
import { stateColours } from './list-clusters.ts';

type Output = 'text' | 'json' | 'yaml' | 'name';

export async function printCluster(context: CliContext, options: { output: Output }, name: string): Promise<number> {
  const cluster = await context.api().call(routes.getCluster, { params: { cluster: name } });
  await context.print(clusterText(context, cluster, options.output));
  return 0;
}

export function clusterText(context: CliContext, cluster: Cluster, output: Output): string {
  if (output === 'json') return jsonText(cluster);
  if (output === 'yaml') return yamlText(cluster);
  return output === 'name' ? `${terminalText(cluster.name)}\n` : factLines(clusterFacts(context, cluster));
}

const gibibyte = 1024 ** 3;

function clusterFacts({ io, style }: CliContext, cluster: Cluster): Fact[] {
  const { connection, facts } = cluster;
  const now = io.now();
  const state = `${style(stateColours[connection.state], connection.state)} for ${ageOf(connection.since, now)}`;
  const { nodes, capacity } = facts ?? {};
  return [
    ['Name', `${cluster.name}${cluster.default ? ' (default)' : ''}`],
    ['Id', cluster.id],
    ['Server', cluster.server],
    ['Access', cluster.accessType],
    ['Connection', { painted: state }],
    ['Error', connection.error && `${connection.error.message} (${connection.error.code})`],
    [
      'Latency',
      connection.latencyMs === undefined
        ? undefined
        : `${Math.round(connection.latencyMs)} ms${connection.checkedAt ? `, ${ageOf(connection.checkedAt, now)} ago` : ''}`,
    ],
    ['Version', facts?.version],
    ['Provider', facts?.provider],
    ['Nodes', nodes && `${nodes.ready} ready of ${nodes.total}`],
    [
      'Capacity',
      capacity &&
        `${capacity.cpuCores} cores, ${(capacity.memoryBytes / gibibyte).toFixed(1)} GiB, ${capacity.pods} pods`,
    ],
    ['Kinds', facts && String(facts.kinds)],
    ['Metrics API', facts && (facts.features.metrics ? 'served' : 'not served')],
    ['API groups', facts?.features.crds],
    ['Facts as of', facts && `${ageOf(facts.asOf, now)} ago`],
    ['Labels', Object.entries(cluster.labels).map(([key, value]) => `${key}=${value}`)],
    ['Your role', `${cluster.role}${cluster.namespaces ? ` in ${cluster.namespaces.join(', ')}` : ''}`],
    ['Registered', `${cluster.createdAt} (${ageOf(cluster.createdAt, now)} ago)`],
  ];
}
