import { fraction } from '../../runtime/chance.ts';
import type { Node, PersistentVolumeClaim, Pod } from '../cluster-kinds.ts';
import { controllerOf, keyOf, refOf, splitKey } from '../cluster-store.ts';
import { type Condition, withCondition } from '../conditions.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { matchesTerm, unschedulableMessage, whyNot } from './node-filters.ts';
import { createNodeLoads, type NodeLoad } from './node-loads.ts';
import { podRequests } from './pod-requests.ts';

const component = 'default-scheduler';
/** Annotation by which the scheduler tells the volume provisioner where a claim's first pod goes. */
export const selectedNodeAnnotation = 'volume.kubernetes.io/selected-node';
/** Pods that fit nowhere are looked at again after this, whatever happened meanwhile. */
const flushAfter = 5 * 60_000;

/** Binds pods to nodes: filters as the real scheduler, then the node that is least asked of and has fewest of the pod's kind. */
export function startScheduler({ store, clock, work, recorder }: ControllerDeps): void {
  const loads = createNodeLoads();
  const waiting = new Set<string>();
  const queue = work.queue('scheduler', reconcile);

  store.subscribe('nodes', ({ object }) => {
    loads.noteNode(object);
    wakeWaiting();
  });
  store.subscribe('pods', ({ type, object }) => {
    if (type === 'DELETED') {
      loads.forget(object);
      waiting.delete(keyOf(object));
      return wakeWaiting();
    }
    loads.note(object);
    if (isOurs(object)) queue.add(keyOf(object));
  });
  store.subscribe('persistentvolumeclaims', wakeWaiting);
  for (const node of store.list('nodes')) loads.noteNode(node);
  for (const pod of store.list('pods')) {
    loads.note(pod);
    if (isOurs(pod)) queue.add(keyOf(pod));
  }

  function wakeWaiting(): void {
    for (const key of waiting) queue.add(key, 1_000);
  }

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const pod = store.get('pods', namespace, name);
    if (pod === undefined || !isOurs(pod)) {
      waiting.delete(key);
      return;
    }
    if ((pod.spec.schedulingGates ?? []).length > 0) return gated(pod);
    const nodes = [...store.list('nodes')];
    const claims = claimsOf(pod);
    if (typeof claims === 'string')
      return unschedulable(
        pod,
        `0/${nodes.length} nodes are available: ${claims}. preemption: 0/${nodes.length} nodes are available: ${nodes.length} Preemption is not helpful for scheduling.`,
      );
    const facts = { pod, nodes, loads: loads.all(), podsOf: (of: string | undefined) => store.list('pods', of) };
    const reasons: string[] = [];
    const fitting = nodes.filter((node) => {
      const reason = whyNot(facts, node) ?? volumeElsewhere(claims, node);
      if (reason !== undefined) reasons.push(reason);
      return reason === undefined;
    });
    const best = choose(pod, fitting);
    if (best === undefined) return unschedulable(pod, unschedulableMessage(reasons));
    const unbound = claims.filter((claim) => claim.spec.volumeName === undefined);
    if (unbound.length > 0) return waitForVolumes(key, unbound, best);
    bind(pod, best);
  }

  /** Least asked of first; pods of one controller are kept apart, over zones and then over nodes. */
  function choose(pod: Pod, nodes: readonly Node[]): Node | undefined {
    const owner = controllerOf(pod)?.uid;
    const siblings =
      owner === undefined ? [] : store.owned('pods', owner).filter((one) => one.spec.nodeName !== undefined);
    const zone = (node: Node | undefined) => node?.metadata.labels?.['topology.kubernetes.io/zone'] ?? '';
    const zoneOf = new Map(nodes.map((node) => [node.metadata.name, zone(node)]));
    const score = (node: Node) => {
      const name = node.metadata.name;
      const sameNode = siblings.filter((one) => one.spec.nodeName === name).length;
      const sameZone = siblings.filter((one) => zoneOf.get(one.spec.nodeName ?? '') === zone(node)).length;
      return (
        freeShare(loads.all().get(name), pod) * 100 -
        sameNode * 60 -
        sameZone * 20 +
        fraction(`${pod.metadata.uid}/${name}`) * 5
      );
    };
    let best: { node: Node; score: number } | undefined;
    for (const node of nodes) {
      const points = score(node);
      if (best === undefined || points > best.score) best = { node, score: points };
    }
    return best?.node;
  }

  /** The pod's claims, or why it cannot be scheduled because of them. */
  function claimsOf(pod: Pod): PersistentVolumeClaim[] | string {
    const claims: PersistentVolumeClaim[] = [];
    for (const volume of pod.spec.volumes ?? []) {
      const name =
        volume.persistentVolumeClaim?.claimName ??
        (volume.ephemeral === undefined ? undefined : `${pod.metadata.name}-${volume.name}`);
      if (name === undefined) continue;
      const claim = store.get('persistentvolumeclaims', pod.metadata.namespace, name);
      if (claim === undefined) return `persistentvolumeclaim "${name}" not found`;
      if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
      const storageClass = store.get('storageclasses.storage.k8s.io', undefined, claim.spec.storageClassName ?? '');
      if (claim.spec.volumeName === undefined && storageClass?.volumeBindingMode !== 'WaitForFirstConsumer') {
        return 'pod has unbound immediate PersistentVolumeClaims';
      }
      claims.push(claim);
    }
    return claims;
  }

  function volumeElsewhere(claims: readonly PersistentVolumeClaim[], node: Node): string | undefined {
    for (const claim of claims) {
      const volume =
        claim.spec.volumeName === undefined
          ? undefined
          : store.get('persistentvolumes', undefined, claim.spec.volumeName);
      const terms = volume?.spec.nodeAffinity?.required?.nodeSelectorTerms;
      if (terms !== undefined && !terms.some((term) => matchesTerm(term, node)))
        return 'node(s) had volume node affinity conflict';
    }
    return undefined;
  }

  function waitForVolumes(key: string, claims: readonly PersistentVolumeClaim[], node: Node): void {
    for (const claim of claims) {
      store.update(
        'persistentvolumeclaims',
        refOf(claim),
        (draft) => {
          draft.metadata.annotations = { ...draft.metadata.annotations, [selectedNodeAnnotation]: node.metadata.name };
        },
        { manager: 'kube-scheduler' },
      );
    }
    waiting.add(key);
    queue.add(key, 10_000);
  }

  function bind(pod: Pod, node: Node): void {
    waiting.delete(keyOf(pod));
    const bound = store.update(
      'pods',
      refOf(pod),
      (draft) => {
        draft.spec.nodeName = node.metadata.name;
      },
      { manager: 'kube-scheduler' },
    );
    if (bound === undefined) return;
    loads.note(bound);
    recorder.recordSeries(component, bound, {
      type: 'Normal',
      reason: 'Scheduled',
      action: 'Binding',
      message: `Successfully assigned ${pod.metadata.namespace}/${pod.metadata.name} to ${node.metadata.name}`,
    });
  }

  function unschedulable(pod: Pod, message: string): void {
    waiting.add(keyOf(pod));
    queue.add(keyOf(pod), flushAfter);
    recorder.recordSeries(component, pod, {
      type: 'Warning',
      reason: 'FailedScheduling',
      action: 'Scheduling',
      message,
    });
    store.update(
      'pods',
      refOf(pod),
      (draft) => {
        const condition = { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message };
        draft.status = { ...draft.status, phase: 'Pending', conditions: podConditions(draft, condition) };
      },
      { subresource: 'status', manager: 'kube-scheduler' },
    );
  }

  function gated(pod: Pod): void {
    store.update(
      'pods',
      refOf(pod),
      (draft) => {
        const condition = {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        };
        draft.status = { ...draft.status, conditions: podConditions(draft, condition) };
      },
      { subresource: 'status', manager: 'kube-scheduler' },
    );
  }

  function podConditions(pod: Pod, condition: Condition) {
    const next = withCondition(
      pod.status?.conditions as Condition[] | undefined,
      { lastProbeTime: null, ...condition },
      clock.now(),
    );
    return next as NonNullable<NonNullable<Pod['status']>['conditions']>;
  }
}

function isOurs(pod: Pod): boolean {
  const { nodeName, schedulerName = component } = pod.spec;
  const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return nodeName === undefined && schedulerName === component && pod.metadata.deletionTimestamp === undefined && !over;
}

/** The mean share of CPU and memory that is left with the pod on the node. */
function freeShare(load: NodeLoad | undefined, pod: Pod): number {
  if (load === undefined) return 1;
  const requests = podRequests(pod.spec);
  const share = (resource: string) => {
    const size = load.allocatable.resources[resource] ?? 0;
    return size === 0 ? 1 : 1 - ((load.requested[resource] ?? 0) + (requests[resource] ?? 0)) / size;
  };
  return (share('cpu') + share('memory')) / 2;
}
