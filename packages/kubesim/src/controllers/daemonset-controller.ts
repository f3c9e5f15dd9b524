import type { Toleration } from 'kubernetes-types/core/v1.d.ts';
import type { DaemonSet, Node, Pod } from './cluster-kinds.ts';
import { controllerOf, keyOf, refOf, splitKey } from './cluster-store.ts';
import type { ControllerDeps } from './controller-deps.ts';
import { resolve } from './deployment/replica-set-plan.ts';
import { availableAt, claimPods, createPod, deletePod, isReady } from './pod-control.ts';
import { takeRevision, trimRevisions } from './revision-history.ts';
import { matchesNodeSelection, tolerates } from './scheduler/node-filters.ts';

const source = { component: 'daemonset-controller' };
const hashLabel = 'controller-revision-hash';

/** What every daemon pod bears (k8s.io/kubernetes/pkg/controller/daemon/util). */
const daemonTolerations: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

/** Keeps one pod of each DaemonSet on every node that it fits. */
export function startDaemonSetController(deps: ControllerDeps): void {
  const { store, clock, work } = deps;
  const queue = work.queue('daemonset', reconcile);
  const wakeAll = () => {
    for (const set of store.list('daemonsets.apps')) queue.add(keyOf(set), 500);
  };
  const shapes = new Map<string, string>();

  store.subscribe('daemonsets.apps', ({ object }) => queue.add(keyOf(object)));
  store.subscribe('nodes', ({ type, object }) => {
    // Heartbeats change nothing for daemons; labels and taints do.
    const shape = type === 'DELETED' ? '' : JSON.stringify([object.metadata.labels, object.spec?.taints]);
    if (shapes.get(object.metadata.name) === shape) return;
    shapes.set(object.metadata.name, shape);
    wakeAll();
  });
  store.subscribe('pods', ({ object }) => {
    const owner = controllerOf(object, 'DaemonSet');
    if (owner !== undefined) queue.add(`${object.metadata.namespace}/${owner.name}`);
  });
  wakeAll();

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const set = store.get('daemonsets.apps', namespace, name);
    if (set === undefined) return;
    const revision = takeRevision(store, set, set.spec.selector.matchLabels ?? {});
    const hash = revision.metadata.labels?.['controller.kubernetes.io/hash'] ?? '';
    if (set.metadata.deletionTimestamp === undefined) act(set, hash);
    report(set, hash);
    trimRevisions(store, set, new Set([revision.metadata.name]));
  }

  function act(set: DaemonSet, hash: string): void {
    const byNode = podsByNode(set);
    const nodes = new Set<string>();
    for (const node of store.list('nodes')) {
      const { name } = node.metadata;
      nodes.add(name);
      const pods = byNode.get(name) ?? [];
      const fits = belongs(set, node);
      const failed = pods.filter((pod) => pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded');
      for (const pod of failed) deletePod(deps, { owner: set, source }, pod);
      const live = pods.filter((pod) => !failed.includes(pod));
      if (fits && live.length === 0 && failed.length === 0) make(set, { node: name, hash });
      for (const pod of fits ? live.slice(1) : live)
        if (pod.metadata.deletionTimestamp === undefined) deletePod(deps, { owner: set, source }, pod);
    }
    for (const [name, pods] of byNode) {
      if (nodes.has(name)) continue;
      for (const pod of pods) store.delete('pods', refOf(pod), { gracePeriodSeconds: 0 });
    }
    rollOut(set, hash, byNode);
  }

  /** Replaces old pods while no more than maxUnavailable are away. */
  function rollOut(set: DaemonSet, hash: string, byNode: ReadonlyMap<string, readonly Pod[]>): void {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const nodes = [...store.list('nodes')].filter((node) => belongs(set, node));
    const limit = Math.max(
      1,
      resolve(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, nodes.length, Math.ceil),
    );
    const pods = nodes.map((node) => byNode.get(node.metadata.name)?.[0]);
    const away = pods.filter(
      (pod) => pod === undefined || !isAvailable(set, pod) || pod.metadata.deletionTimestamp !== undefined,
    ).length;
    let room = limit - away;
    for (const pod of pods) {
      if (
        pod === undefined ||
        pod.metadata.deletionTimestamp !== undefined ||
        pod.metadata.labels?.[hashLabel] === hash
      )
        continue;
      // An old pod that is away already costs no further availability.
      if (isAvailable(set, pod) && room-- <= 0) continue;
      deletePod(deps, { owner: set, source }, pod);
    }
  }

  function make(set: DaemonSet, { node, hash }: { node: string; hash: string }): void {
    createPod(
      deps,
      { owner: set, template: set.spec.template, source },
      {
        adjust(pod) {
          pod.metadata.labels = {
            ...pod.metadata.labels,
            [hashLabel]: hash,
            'pod-template-generation': String(set.metadata.generation ?? 1),
          };
          pod.spec.tolerations = [...(pod.spec.tolerations ?? []), ...daemonTolerations, ...hostTolerations(pod.spec)];
          const nodeSelectorTerms = [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }];
          pod.spec.affinity = {
            ...pod.spec.affinity,
            nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } },
          };
        },
      },
    );
  }

  function podsByNode(set: DaemonSet): Map<string, Pod[]> {
    const byNode = new Map<string, Pod[]>();
    for (const pod of claimPods(deps, set, set.spec.selector)) {
      const name = pod.spec.nodeName ?? targetOf(pod) ?? '';
      byNode.set(name, [...(byNode.get(name) ?? []), pod]);
    }
    return byNode;
  }

  function isAvailable(set: DaemonSet, pod: Pod): boolean {
    const at = availableAt(pod, set.spec.minReadySeconds ?? 0);
    return at !== undefined && at <= clock.now();
  }

  function report(set: DaemonSet, hash: string): void {
    const byNode = podsByNode(set);
    const nodes = [...store.list('nodes')];
    const desired = nodes.filter((node) => belongs(set, node));
    const on = (node: Node) =>
      byNode.get(node.metadata.name)?.find((pod) => pod.metadata.deletionTimestamp === undefined);
    const scheduled = desired.flatMap((node) => on(node) ?? []);
    const available = scheduled.filter((pod) => isAvailable(set, pod)).length;
    const updated = scheduled.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length;
    const misscheduled = nodes.filter((node) => !desired.includes(node) && on(node) !== undefined).length;
    store.update(
      'daemonsets.apps',
      refOf(set),
      (draft) => {
        draft.status = {
          currentNumberScheduled: scheduled.length,
          numberMisscheduled: misscheduled,
          desiredNumberScheduled: desired.length,
          numberReady: scheduled.filter(isReady).length,
          observedGeneration: set.metadata.generation ?? 1,
          ...(updated > 0 ? { updatedNumberScheduled: updated } : {}),
          ...(available > 0 ? { numberAvailable: available } : {}),
          ...(desired.length > available ? { numberUnavailable: desired.length - available } : {}),
        };
      },
      { subresource: 'status', manager: 'kube-controller-manager' },
    );
    const times = scheduled
      .flatMap((pod) => availableAt(pod, set.spec.minReadySeconds ?? 0) ?? [])
      .filter((time) => time > clock.now());
    if (times.length > 0) queue.add(keyOf(set), Math.min(...times) - clock.now());
  }
}

function hostTolerations(spec: Pod['spec']): Toleration[] {
  return spec.hostNetwork === true
    ? [{ key: 'node.kubernetes.io/network-unavailable', operator: 'Exists', effect: 'NoSchedule' }]
    : [];
}

/** The node a daemon pod was made for, before it is bound. */
function targetOf(pod: Pod): string | undefined {
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return terms?.[0]?.matchFields?.find((field) => field.key === 'metadata.name')?.values?.[0];
}

function belongs(set: DaemonSet, node: Node): boolean {
  const spec = set.spec.template.spec;
  if (spec === undefined) return false;
  const tolerations = [...(spec.tolerations ?? []), ...daemonTolerations, ...hostTolerations(spec)];
  const refused = (node.spec?.taints ?? []).some(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerates(tolerations, taint),
  );
  return !refused && matchesNodeSelection({ ...node, spec } as unknown as Pod, node);
}
