import type { Deployment, ReplicaSet } from '../cluster-kinds.ts';
import { timeOf } from '../timestamps.ts';

export const annotations = {
  revision: 'deployment.kubernetes.io/revision',
  revisionHistory: 'deployment.kubernetes.io/revision-history',
  desired: 'deployment.kubernetes.io/desired-replicas',
  max: 'deployment.kubernetes.io/max-replicas',
} as const;

export type Limits = { replicas: number; maxSurge: number; maxUnavailable: number };

/** The bounds of a rollout, percentages resolved: surge rounds up, unavailable rounds down, and both are never 0. */
export function limitsOf(deployment: Deployment): Limits {
  const replicas = deployment.spec.replicas ?? 1;
  const { strategy } = deployment.spec;
  if (strategy?.type === 'Recreate') return { replicas, maxSurge: 0, maxUnavailable: replicas };
  const maxSurge = resolve(strategy?.rollingUpdate?.maxSurge ?? '25%', replicas, Math.ceil);
  let maxUnavailable = resolve(strategy?.rollingUpdate?.maxUnavailable ?? '25%', replicas, Math.floor);
  if (maxSurge === 0 && maxUnavailable === 0) maxUnavailable = 1;
  return { replicas, maxSurge, maxUnavailable: Math.min(maxUnavailable, replicas) };
}

/** An int-or-percent value against `total`. */
export function resolve(value: number | string, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  return value.endsWith('%') ? round((Number.parseInt(value, 10) * total) / 100) : Number.parseInt(value, 10) || 0;
}

export type Rollout = { next: ReplicaSet; old: readonly ReplicaSet[]; limits: Limits };
export type ScaleStep = { set: ReplicaSet; replicas: number };

/** The next changes of a rolling update (k8s.io/kubernetes/pkg/controller/deployment/rolling.go); one of both kinds at a time. */
export function rollingSteps(rollout: Rollout): ScaleStep[] {
  const up = scaleUpStep(rollout);
  return up === undefined ? scaleDownSteps(rollout) : [up];
}

function scaleUpStep({ next, old, limits }: Rollout): ScaleStep | undefined {
  const current = replicasOf(next);
  if (current === limits.replicas) return undefined;
  if (current > limits.replicas) return { set: next, replicas: limits.replicas };
  const total = current + sum(old, replicasOf);
  const room = limits.replicas + limits.maxSurge - total;
  if (room <= 0) return undefined;
  return { set: next, replicas: current + Math.min(room, limits.replicas - current) };
}

function scaleDownSteps({ next, old, limits }: Rollout): ScaleStep[] {
  const total = replicasOf(next) + sum(old, replicasOf);
  if (sum(old, replicasOf) === 0) return [];
  const minAvailable = limits.replicas - limits.maxUnavailable;
  const nextUnavailable = replicasOf(next) - availableOf(next);
  const spare = total - minAvailable - nextUnavailable;
  if (spare <= 0) return [];
  const wanted = new Map(old.map((set) => [set, replicasOf(set)]));
  const ordered = [...old].sort(byAge);
  // Pods that are not available serve nobody: they go first.
  let cleaned = 0;
  for (const set of ordered) {
    const size = wanted.get(set) ?? 0;
    const broken = Math.min(size - availableOf(set), spare - cleaned);
    if (broken <= 0) continue;
    wanted.set(set, size - broken);
    cleaned += broken;
  }
  let available = sum([next, ...old], availableOf) - minAvailable;
  for (const set of ordered) {
    const size = wanted.get(set) ?? 0;
    const cut = Math.min(size, available);
    if (cut <= 0) continue;
    wanted.set(set, size - cut);
    available -= cut;
  }
  return ordered.flatMap((set) =>
    wanted.get(set) === replicasOf(set) ? [] : [{ set, replicas: wanted.get(set) ?? 0 }],
  );
}

/** Spreads a change of spec.replicas over all live sets in proportion, so that a rollout under way keeps its shares. */
export function proportionalSteps({ next, old, limits }: Rollout): ScaleStep[] {
  const live = [next, ...old].filter((set) => replicasOf(set) > 0);
  if (live.length <= 1) {
    const only = live[0] ?? next;
    return replicasOf(only) === limits.replicas ? [] : [{ set: only, replicas: limits.replicas }];
  }
  const total = sum(live, replicasOf);
  const allowed = limits.replicas === 0 ? 0 : limits.replicas + limits.maxSurge;
  const missing = allowed - total;
  if (missing === 0) return [];
  const ordered = [...live].sort((a, b) => replicasOf(b) - replicasOf(a) || (missing > 0 ? -byAge(a, b) : byAge(a, b)));
  let left = missing;
  const sizes = ordered.map((set) => {
    const share = Math.trunc(Math.round((replicasOf(set) * allowed) / total) - replicasOf(set));
    const change = missing > 0 ? Math.max(0, Math.min(share, left)) : Math.min(0, Math.max(share, left));
    left -= change;
    return { set, replicas: replicasOf(set) + change };
  });
  const largest = sizes[0];
  if (largest !== undefined && left !== 0) largest.replicas = Math.max(0, largest.replicas + left);
  return sizes.filter(({ set, replicas }) => replicas !== replicasOf(set));
}

export function replicasOf(set: ReplicaSet): number {
  return set.spec.replicas ?? 1;
}

export function availableOf(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

export function revisionOf(object: { metadata: { annotations?: Record<string, string> } }): number {
  return Number(object.metadata.annotations?.[annotations.revision] ?? 0);
}

export function byAge(a: ReplicaSet, b: ReplicaSet): number {
  const difference = (timeOf(a.metadata.creationTimestamp) ?? 0) - (timeOf(b.metadata.creationTimestamp) ?? 0);
  return difference !== 0 ? difference : a.metadata.name < b.metadata.name ? -1 : 1;
}

export function sum<T>(items: readonly T[], count: (item: T) => number): number {
  return items.reduce((total, item) => total + count(item), 0);
}
