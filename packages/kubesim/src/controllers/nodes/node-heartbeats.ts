import { annotationPrefix } from '../../runtime/container-behaviour.ts';
import type { Node } from '../cluster-kinds.ts';
import { refOf } from '../cluster-store.ts';
import { type Condition, withCondition } from '../conditions.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { microTimestamp, timestamp } from '../timestamps.ts';

const leaseSeconds = 10;
const statusMinutes = 5;
export const downAnnotation = `${annotationPrefix}down`;

/** Renews each node's lease every 10 s and its status every five minutes, as kubelets do; a node annotated `…/down: "true"` falls silent. */
export function startNodeHeartbeats({ store, clock, work }: ControllerDeps): { begin(): void } {
  const leases = work.queue('node-lease', renew);
  const statuses = work.queue('node-status', post);
  let begun = false;

  const start = (name: string) => {
    if (!begun) return;
    leases.add(name);
    statuses.add(name);
  };
  store.subscribe('nodes', ({ type, object }) => {
    if (type === 'ADDED') start(object.metadata.name);
    else if (object.metadata.annotations?.[downAnnotation] === undefined && silent.delete(object.metadata.name))
      start(object.metadata.name);
  });
  const silent = new Set<string>();

  function speaking(name: string): Node | undefined {
    const node = store.get('nodes', undefined, name);
    if (node?.metadata.annotations?.[downAnnotation] !== 'true') return node;
    silent.add(name);
    return undefined;
  }

  function renew(name: string): void {
    const node = speaking(name);
    if (node === undefined) return;
    leases.add(name, leaseSeconds * 1000);
    const ref = { namespace: 'kube-node-lease', name };
    const renewTime = microTimestamp(clock.now());
    const known = store.update(
      'leases.coordination.k8s.io',
      ref,
      (draft) => {
        draft.spec.renewTime = renewTime;
      },
      { manager: 'kubelet' },
    );
    if (known !== undefined) return;
    store.create(
      'leases.coordination.k8s.io',
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { ...ref, ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: node.metadata.uid ?? '' }] },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime },
      },
      { manager: 'kubelet' },
    );
  }

  function post(name: string): void {
    const node = speaking(name);
    if (node === undefined) return;
    statuses.add(name, statusMinutes * 60_000);
    const now = clock.now();
    store.update(
      'nodes',
      refOf(node),
      (draft) => {
        let conditions = (draft.status?.conditions ?? []) as Condition[];
        for (const one of healthy) conditions = withCondition(conditions, { ...one, ...heartbeat(now) }, now);
        draft.status = {
          ...draft.status,
          conditions: conditions as NonNullable<NonNullable<Node['status']>['conditions']>,
        };
      },
      { subresource: 'status', manager: 'kubelet' },
    );
  }

  return {
    begin() {
      begun = true;
      for (const node of store.list('nodes')) start(node.metadata.name);
    },
  };
}

function heartbeat(now: number) {
  return { lastHeartbeatTime: timestamp(now) } as object;
}

/** The conditions of a node that is well. */
export const healthy: readonly Condition[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];
