import type { NodeSelectorRequirement, NodeSelectorTerm, Taint, Toleration } from 'kubernetes-types/core/v1.d.ts';
import { labelSelectorMatcher } from '../../storage/label-selector.ts';
import type { Node, Pod } from '../cluster-kinds.ts';
import type { NodeLoad } from './node-loads.ts';
import { podRequests } from './pod-requests.ts';

export type FilterFacts = {
  pod: Pod;
  nodes: readonly Node[];
  loads: ReadonlyMap<string, NodeLoad>;
  podsOf(namespace: string | undefined): Iterable<Pod>;
};

/** Why a node does not take a pod, in the scheduler's words; undefined when it does. Filters run in the scheduler's order. */
export function whyNot(facts: FilterFacts, node: Node): string | undefined {
  const { pod } = facts;
  if (
    node.spec?.unschedulable === true &&
    !tolerates(pod.spec.tolerations, { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' })
  ) {
    return 'node(s) were unschedulable';
  }
  const taint = (node.spec?.taints ?? []).find(
    (one) => one.effect !== 'PreferNoSchedule' && !tolerates(pod.spec.tolerations, one),
  );
  if (taint !== undefined) return `node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`;
  if (!matchesNodeSelection(pod, node)) return "node(s) didn't match Pod's node affinity/selector";
  const tight = whyTooSmall(facts, node);
  if (tight !== undefined) return tight;
  if (!matchesPodAffinity(facts, node)) return "node(s) didn't match pod affinity rules";
  if (breaksPodAntiAffinity(facts, node)) return "node(s) didn't match pod anti-affinity rules";
  if (breaksSpread(facts, node)) return "node(s) didn't match pod topology spread constraints";
  return undefined;
}

export function tolerates(
  tolerations: readonly Toleration[] | undefined,
  taint: Pick<Taint, 'key' | 'effect' | 'value'>,
): boolean {
  return (tolerations ?? []).some((one) => {
    if (one.effect !== undefined && one.effect !== taint.effect) return false;
    if (one.key === undefined || one.key === '') return one.operator === 'Exists';
    if (one.key !== taint.key) return false;
    return one.operator === 'Exists' || (one.value ?? '') === (taint.value ?? '');
  });
}

export function matchesNodeSelection(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (Object.entries(pod.spec.nodeSelector ?? {}).some(([key, value]) => labels[key] !== value)) return false;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms === undefined || terms.some((term) => matchesTerm(term, node));
}

export function matchesTerm(term: NodeSelectorTerm, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  return (
    (term.matchExpressions ?? []).every((one) => matchesRequirement(one, labels[one.key])) &&
    (term.matchFields ?? []).every((one) =>
      matchesRequirement(one, one.key === 'metadata.name' ? node.metadata.name : undefined),
    )
  );
}

function matchesRequirement({ operator, values = [] }: NodeSelectorRequirement, held: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return held !== undefined && values.includes(held);
    case 'NotIn':
      return held === undefined || !values.includes(held);
    case 'Exists':
      return held !== undefined;
    case 'DoesNotExist':
      return held === undefined;
    case 'Gt':
      return Number(held) > Number(values[0]);
    case 'Lt':
      return Number(held) < Number(values[0]);
    default:
      return false;
  }
}

function whyTooSmall({ pod, loads }: FilterFacts, node: Node): string | undefined {
  const load = loads.get(node.metadata.name);
  if (load === undefined) return undefined;
  if (load.pods + 1 > load.allocatable.pods) return 'Too many pods';
  const requests = podRequests(pod.spec);
  for (const [resource, wanted] of Object.entries(requests)) {
    if (wanted > 0 && (load.requested[resource] ?? 0) + wanted > (load.allocatable.resources[resource] ?? 0))
      return `Insufficient ${resource}`;
  }
  return undefined;
}

type AffinityTerm = {
  labelSelector?: Parameters<typeof labelSelectorMatcher>[0];
  topologyKey: string;
  namespaces?: string[];
};

/** The pods of a term's namespaces that it selects, with the value of its topology key on their node. */
function* selected(
  { pod, nodes, podsOf }: FilterFacts,
  term: AffinityTerm,
): Generator<{ pod: Pod; domain: string | undefined }> {
  const matches = labelSelectorMatcher(term.labelSelector ?? {});
  const byName = new Map(nodes.map((node) => [node.metadata.name, node]));
  for (const namespace of term.namespaces ?? [pod.metadata.namespace]) {
    for (const other of podsOf(namespace)) {
      if (other.spec.nodeName === undefined || other.metadata.deletionTimestamp !== undefined) continue;
      if (other.metadata.uid === pod.metadata.uid || !matches(other.metadata.labels)) continue;
      yield { pod: other, domain: byName.get(other.spec.nodeName)?.metadata.labels?.[term.topologyKey] };
    }
  }
}

function matchesPodAffinity(facts: FilterFacts, node: Node): boolean {
  const terms = facts.pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.every((term) => {
    const here = node.metadata.labels?.[term.topologyKey];
    const others = [...selected(facts, term)];
    // The first pod of a group that wants to be together may go anywhere.
    if (others.length === 0) return labelSelectorMatcher(term.labelSelector ?? {})(facts.pod.metadata.labels);
    return others.some((other) => other.domain === here);
  });
}

function breaksPodAntiAffinity(facts: FilterFacts, node: Node): boolean {
  const terms = facts.pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  return terms.some((term) => {
    const here = node.metadata.labels?.[term.topologyKey];
    return here !== undefined && [...selected(facts, term)].some((other) => other.domain === here);
  });
}

function breaksSpread(facts: FilterFacts, node: Node): boolean {
  const { pod, nodes } = facts;
  for (const constraint of pod.spec.topologySpreadConstraints ?? []) {
    if (constraint.whenUnsatisfiable !== 'DoNotSchedule') continue;
    const { topologyKey, labelSelector } = constraint;
    const counts = new Map<string, number>();
    for (const one of nodes) {
      const domain = one.metadata.labels?.[topologyKey];
      if (domain !== undefined && matchesNodeSelection(pod, one)) counts.set(domain, 0);
    }
    const term = labelSelector === undefined ? { topologyKey } : { topologyKey, labelSelector };
    for (const { domain } of selected(facts, term)) {
      const count = domain === undefined ? undefined : counts.get(domain);
      if (domain !== undefined && count !== undefined) counts.set(domain, count + 1);
    }
    const here = node.metadata.labels?.[topologyKey];
    if (here === undefined) return true;
    if ((counts.get(here) ?? 0) + 1 - Math.min(...counts.values()) > constraint.maxSkew) return true;
  }
  return false;
}

/** `0/6 nodes are available: 1 Too many pods, 5 Insufficient cpu. preemption: …`, from each node's reason. */
export function unschedulableMessage(reasons: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const total = reasons.length;
  if (total === 0) return 'no nodes available to schedule pods';
  const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
  const tight = reasons.filter((reason) => reason.startsWith('Insufficient') || reason === 'Too many pods').length;
  const outlook = [
    ...(total - tight > 0 ? [`${total - tight} Preemption is not helpful for scheduling`] : []),
    ...(tight > 0 ? [`${tight} No preemption victims found for incoming pod`] : []),
  ].sort();
  return `0/${total} nodes are available: ${parts.join(', ')}. preemption: 0/${total} nodes are available: ${outlook.join(', ')}.`;
}
