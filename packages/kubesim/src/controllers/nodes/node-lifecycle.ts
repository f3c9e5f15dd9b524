import type { Taint } from 'kubernetes-types/core/v1.d.ts';
import type { Node, Pod } from '../cluster-kinds.ts';
import { keyOf, refOf, splitKey } from '../cluster-store.ts';
import { type Condition, isTrue, withCondition } from '../conditions.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { isActive } from '../pod-control.ts';
import { timestamp } from '../timestamps.ts';
import { downAnnotation } from './node-heartbeats.ts';

const source = { component: 'node-controller' };
const manager = 'kube-controller-manager';
const graceMilliseconds = 40_000;
const unreachable = 'node.kubernetes.io/unreachable';
const unschedulable = 'node.kubernetes.io/unschedulable';
const defaultToleration = 300;

/** Taints cordoned and silent nodes, marks the pods of silent ones, evicts what does not tolerate a NoExecute taint, and clears up after deleted nodes. */
export function startNodeLifecycle({ store, clock, work, recorder }: ControllerDeps): void {
  const nodes = work.queue('node-lifecycle', reconcileNode);
  const pods = work.queue('taint-eviction', reconcilePod);
  const silentSince = new Map<string, number>();

  store.subscribe('nodes', ({ type, object }) => {
    if (type === 'DELETED')
      for (const pod of store.list('pods'))
        if (pod.spec.nodeName === object.metadata.name) pods.add(keyOf(pod), graceMilliseconds);
    nodes.add(object.metadata.name);
  });
  store.subscribe('pods', ({ type, object }) => {
    if (type === 'ADDED' && object.spec.nodeName !== undefined) pods.add(keyOf(object));
  });
  for (const node of store.list('nodes')) nodes.add(node.metadata.name);

  function reconcileNode(name: string): void {
    const node = store.get('nodes', undefined, name);
    if (node === undefined) return;
    setTaint(node, { key: unschedulable, effect: 'NoSchedule' }, node.spec?.unschedulable === true);
    if (node.metadata.annotations?.[downAnnotation] !== 'true') return recovered(node);
    const since = silentSince.get(name) ?? clock.now();
    silentSince.set(name, since);
    const rest = since + graceMilliseconds - clock.now();
    if (rest > 0) return void nodes.add(name, rest);
    lost(node);
  }

  function recovered(node: Node): void {
    if (silentSince.delete(node.metadata.name)) {
      recorder.record(source, node, {
        type: 'Normal',
        reason: 'NodeReady',
        message: `Node ${node.metadata.name} status is now: NodeReady`,
      });
    }
    setTaint(node, { key: unreachable, effect: 'NoSchedule' }, false);
    setTaint(node, { key: unreachable, effect: 'NoExecute' }, false);
    evict(node);
  }

  function lost(node: Node): void {
    const now = clock.now();
    if (isTrue(node.status?.conditions as Condition[] | undefined, 'Ready')) {
      recorder.record(source, node, {
        type: 'Normal',
        reason: 'NodeNotReady',
        message: `Node ${node.metadata.name} status is now: NodeNotReady`,
      });
    }
    store.update(
      'nodes',
      refOf(node),
      (draft) => {
        let conditions = (draft.status?.conditions ?? []) as Condition[];
        for (const { type } of conditions)
          conditions = withCondition(
            conditions,
            {
              ...conditions.find((one) => one.type === type),
              type,
              status: 'Unknown',
              reason: 'NodeStatusUnknown',
              message: 'Kubelet stopped posting node status.',
            },
            now,
          );
        draft.status = {
          ...draft.status,
          conditions: conditions as NonNullable<NonNullable<Node['status']>['conditions']>,
        };
      },
      { subresource: 'status', manager },
    );
    setTaint(node, { key: unreachable, effect: 'NoSchedule' }, true);
    setTaint(node, { key: unreachable, effect: 'NoExecute' }, true);
    for (const pod of store.list('pods')) if (pod.spec.nodeName === node.metadata.name) markNotReady(pod);
    evict(node);
  }

  function markNotReady(pod: Pod): void {
    store.update(
      'pods',
      refOf(pod),
      (draft) => {
        const conditions = withCondition(
          draft.status?.conditions as Condition[] | undefined,
          { lastProbeTime: null, type: 'Ready', status: 'False' },
          clock.now(),
        );
        draft.status = {
          ...draft.status,
          conditions: conditions as NonNullable<NonNullable<Pod['status']>['conditions']>,
        };
      },
      { subresource: 'status', manager },
    );
  }

  function setTaint(node: Node, taint: Pick<Taint, 'key' | 'effect'>, wanted: boolean): void {
    const is = (one: Taint) => one.key === taint.key && one.effect === taint.effect;
    const current = store.get('nodes', undefined, node.metadata.name);
    if ((current?.spec?.taints ?? []).some(is) === wanted) return;
    store.update(
      'nodes',
      refOf(node),
      (draft) => {
        const others = (draft.spec?.taints ?? []).filter((one) => !is(one));
        const taints = wanted ? [...others, { ...taint, timeAdded: timestamp(clock.now()) }] : others;
        const { taints: _, ...rest } = draft.spec ?? {};
        draft.spec = taints.length > 0 ? { ...rest, taints } : rest;
      },
      { manager },
    );
  }

  function evict(node: Node): void {
    const current = store.get('nodes', undefined, node.metadata.name);
    if (!(current?.spec?.taints ?? []).some((one) => one.effect === 'NoExecute')) return;
    for (const pod of store.list('pods')) if (pod.spec.nodeName === node.metadata.name) pods.add(keyOf(pod));
  }

  function reconcilePod(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = store.get('pods', namespace, name);
    if (pod?.spec.nodeName === undefined) return;
    const node = store.get('nodes', undefined, pod.spec.nodeName);
    if (node === undefined) return store.delete('pods', refOf(pod), { gracePeriodSeconds: 0 });
    if (!isActive(pod)) return;
    for (const taint of node.spec?.taints ?? []) {
      if (taint.effect !== 'NoExecute') continue;
      const seconds = toleratedSeconds(pod, taint);
      if (seconds === Number.POSITIVE_INFINITY) continue;
      const rest = Date.parse(taint.timeAdded ?? timestamp(clock.now())) + seconds * 1000 - clock.now();
      if (rest > 0) {
        pods.add(key, rest);
        continue;
      }
      recorder.record({ component: 'taint-eviction-controller' }, pod, {
        type: 'Normal',
        reason: 'TaintManagerEviction',
        message: `Marking for deletion Pod ${namespace}/${name}`,
      });
      return store.delete('pods', refOf(pod));
    }
  }
}

/** How long a pod bears a taint: for ever, for its tolerationSeconds, not at all; five minutes for silent nodes when it says nothing. */
function toleratedSeconds(pod: Pod, taint: Taint): number {
  for (const one of pod.spec.tolerations ?? []) {
    if (one.effect !== undefined && one.effect !== taint.effect) continue;
    if (one.key !== undefined && one.key !== '' && one.key !== taint.key) continue;
    if (one.operator !== 'Exists' && (one.value ?? '') !== (taint.value ?? '')) continue;
    return one.tolerationSeconds ?? Number.POSITIVE_INFINITY;
  }
  return taint.key === unreachable || taint.key === 'node.kubernetes.io/not-ready' ? defaultToleration : 0;
}
