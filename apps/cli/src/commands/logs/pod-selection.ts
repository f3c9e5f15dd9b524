import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { CliContext } from '../../runtime/cli-context.ts';
import { findKind, lookUpKinds, pathNamespace } from '../../runtime/kind-lookup.ts';
import { mapConcurrently } from '../../runtime/map-concurrently.ts';
import { parseNamedObjects } from '../../runtime/resource-arguments.ts';
import { list, part, text } from '../describe/kind-facts.ts';
import { readRows } from '../get/resource-rows.ts';

export type PodChoice = {
  readonly name: string;
  readonly uid: string;
  readonly containers: readonly string[];
  readonly ready: boolean;
};

export type PodSet = {
  readonly pods: readonly PodChoice[];
  /** What new pods of the set will carry; undefined for a single named pod. */
  readonly labelSelector: string | undefined;
};

export type Place = { readonly cluster: string; readonly namespace: string };

/** The pods of `web-1`, `pod/web-1`, `deploy/web`, or of a label selector. */
export async function selectPods(
  context: CliContext,
  wanted: Place & { object?: string | undefined; selector?: string | undefined },
): Promise<PodSet> {
  if (wanted.object === undefined) return podsOfSelector(context, wanted, wanted.selector ?? '');
  const [named] = wanted.object.includes('/')
    ? parseNamedObjects([wanted.object])
    : [{ resource: 'pods', name: wanted.object }];
  if (!named) return { pods: [], labelSelector: undefined };
  if (['pods', 'pod', 'po'].includes(named.resource.toLowerCase()))
    return { pods: [await readPod(context, wanted, named.name)], labelSelector: undefined };
  const kind = findKind((await lookUpKinds(context, wanted.cluster)).kinds, named.resource);
  const { object } = await context.api().call(routes.getObject, {
    params: {
      cluster: wanted.cluster,
      resource: kind.resource,
      namespace: pathNamespace(kind, wanted.namespace),
      name: named.name,
    },
  });
  const selector = podSelectorOf(object as KubeObject);
  if (selector) return podsOfSelector(context, wanted, selector);
  throw new AppError('invalid', 'invalid_usage', `${kind.kind}/${named.name} selects no pods.`, {
    extra: { next: 'name a pod, or a workload with a selector' },
  });
}

/** The label selector of a workload's pods in the text form of the API (labels and selectors, Kubernetes concepts). */
export function podSelectorOf(object: KubeObject): string | undefined {
  const spec = part(object.spec);
  if (object.kind === 'Service' || object.kind === 'ReplicationController')
    return equalities(part(spec.selector)) || undefined;
  const selector = part(spec.selector);
  const expressions = list(selector.matchExpressions).map((each) => {
    const values = Array.isArray(each.values) ? each.values.join(',') : '';
    if (each.operator === 'Exists') return String(each.key);
    if (each.operator === 'DoesNotExist') return `!${each.key}`;
    return `${each.key} ${each.operator === 'NotIn' ? 'notin' : 'in'} (${values})`;
  });
  return [equalities(part(selector.matchLabels)), ...expressions].filter(Boolean).join(',') || undefined;
}

function equalities(labels: Record<string, unknown>): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${text(value) ?? ''}`)
    .join(',');
}

async function podsOfSelector(context: CliContext, place: Place, labelSelector: string): Promise<PodSet> {
  const query = {
    clusters: place.cluster,
    namespaces: place.namespace,
    labelSelector,
    fieldSelector: undefined,
    health: undefined,
    q: undefined,
    sort: undefined,
  };
  const { rows } = await readRows(context, 'pods', query);
  const pods = await mapConcurrently(rows, 8, ({ name }) => readPod(context, place, name).catch(() => undefined));
  return { pods: pods.filter((pod) => pod !== undefined), labelSelector };
}

export async function readPod(context: CliContext, { cluster, namespace }: Place, name: string): Promise<PodChoice> {
  const { object } = await context
    .api()
    .call(routes.getObject, { params: { cluster, resource: 'pods', namespace, name } });
  const pod = object as KubeObject;
  const spec = part(pod.spec);
  const status = part(pod.status);
  const names = [...list(spec.initContainers), ...list(spec.containers)].map((each) => text(each.name) ?? '');
  const ready = list(status.conditions).some((each) => each.type === 'Ready' && each.status === 'True');
  return { name, uid: pod.metadata.uid ?? name, containers: names, ready };
}

/** One stream of log lines. Without a container the cluster's default one is meant. */
export type LogSource = { readonly pod: string; readonly container?: string };

export function sourcesOfPod(pod: PodChoice, options: { container?: string; allContainers?: boolean }): LogSource[] {
  if (options.allContainers) return pod.containers.map((container) => ({ pod: pod.name, container }));
  return [{ pod: pod.name, ...(options.container ? { container: options.container } : {}) }];
}
