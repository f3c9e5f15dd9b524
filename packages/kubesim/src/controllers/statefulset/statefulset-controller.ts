import { messageOf } from '@pilothouse/core';
import { cloneJson } from '../../runtime/clone-json.ts';
import type { ControllerRevision, Pod, StatefulSet } from '../cluster-kinds.ts';
import { controllerOf, controllerReference, keyOf, refOf, splitKey } from '../cluster-store.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { availableAt, claimPods, createPod, isReady } from '../pod-control.ts';
import { revisionsOf, takeRevision, templateOf, trimRevisions } from '../revision-history.ts';
import { claimName, identify, ordinalOf, revisionLabel } from './stateful-pod.ts';
import { reportStatefulSet } from './statefulset-status.ts';

const source = { component: 'statefulset-controller' };
const manager = 'kube-controller-manager';

/** What one turn works with. */
type Turn = {
  set: StatefulSet;
  pods: ReadonlyMap<number, Pod>;
  current: ControllerRevision;
  update: ControllerRevision;
  first: number;
  wanted: number;
};

/** Keeps the numbered pods of StatefulSets: made in order, removed and updated from the last to the first, each with its claims. */
export function startStatefulSetController(deps: ControllerDeps): void {
  const { store, clock, work, recorder } = deps;
  const queue = work.queue('statefulset', reconcile);

  store.subscribe('statefulsets.apps', ({ object }) => queue.add(keyOf(object)));
  store.subscribe('pods', ({ object }) => {
    const owner = controllerOf(object, 'StatefulSet');
    if (owner !== undefined) queue.add(`${object.metadata.namespace}/${owner.name}`);
  });
  for (const set of store.list('statefulsets.apps')) queue.add(keyOf(set));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const set = store.get('statefulsets.apps', namespace, name);
    if (set === undefined) return;
    if (set.metadata.deletionTimestamp === undefined) act(turnOf(set));
    const after = store.get('statefulsets.apps', namespace, name);
    if (after === undefined) return;
    const turn = turnOf(after);
    const soon = reportStatefulSet({ store, now: clock.now() }, turn);
    if (soon !== undefined) queue.add(key, soon);
    trimRevisions(store, after, new Set([turn.current.metadata.name, turn.update.metadata.name]));
  }

  function turnOf(set: StatefulSet): Turn {
    const pods = new Map<number, Pod>();
    for (const pod of claimPods(deps, set, set.spec.selector)) {
      const ordinal = ordinalOf(set, pod);
      if (ordinal !== undefined) pods.set(ordinal, pod);
    }
    const update = takeRevision(store, set, set.spec.selector.matchLabels ?? {});
    const named = set.status?.currentRevision;
    const current = revisionsOf(store, set).find((one) => one.metadata.name === named) ?? update;
    return { set, pods, current, update, first: set.spec.ordinals?.start ?? 0, wanted: set.spec.replicas ?? 1 };
  }

  function act(turn: Turn): void {
    const ordered = turn.set.spec.podManagementPolicy !== 'Parallel';
    const last = turn.first + turn.wanted;
    for (let ordinal = turn.first; ordinal < last; ordinal++) {
      if (!bringUp(turn, ordinal) && ordered) return;
    }
    if (!scaleDown(turn, ordered)) return;
    rollOut(turn);
  }

  /** Makes or repairs the pod of an ordinal; true when it is up and the next one may follow. */
  function bringUp(turn: Turn, ordinal: number): boolean {
    const { set, pods } = turn;
    const pod = pods.get(ordinal);
    if (pod === undefined) {
      makePod(turn, ordinal);
      return false;
    }
    if (pod.metadata.deletionTimestamp !== undefined) return false;
    if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') {
      remove(set, pod);
      return false;
    }
    makeClaims(set, ordinal);
    return isUp(set, pod);
  }

  /** Removes the pods beyond `replicas`, last first; true when there are none left. */
  function scaleDown({ set, pods, first, wanted }: Turn, ordered: boolean): boolean {
    const surplus = [...pods]
      .filter(([ordinal]) => ordinal < first || ordinal >= first + wanted)
      .sort(([a], [b]) => b - a);
    for (const [ordinal, pod] of surplus) {
      if (pod.metadata.deletionTimestamp === undefined) {
        if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete') giveClaimsTo(set, ordinal, pod);
        remove(set, pod);
      }
      if (ordered) return false;
    }
    return surplus.length === 0;
  }

  function rollOut({ set, pods, update, first, wanted }: Turn): void {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const partition = Math.max(first, set.spec.updateStrategy?.rollingUpdate?.partition ?? 0);
    for (let ordinal = first + wanted - 1; ordinal >= partition; ordinal--) {
      const pod = pods.get(ordinal);
      if (pod === undefined || pod.metadata.deletionTimestamp !== undefined) return;
      if (pod.metadata.labels?.[revisionLabel] !== update.metadata.name) return remove(set, pod);
      if (!isUp(set, pod)) return;
    }
  }

  function makePod(turn: Turn, ordinal: number): void {
    const { set } = turn;
    const revision = revisionFor(turn, ordinal);
    const name = `${set.metadata.name}-${ordinal}`;
    makeClaims(set, ordinal);
    try {
      // The pod controller's own Events have other words than this controller's.
      createPod(
        { ...deps, recorder: { ...recorder, record() {} } },
        { owner: set, template: templateOf(revision), source },
        {
          name,
          adjust: (pod) => identify(pod, set, { ordinal, revision: revision.metadata.name }),
        },
      );
      say(set, 'Normal', 'SuccessfulCreate', `create Pod ${name} in StatefulSet ${set.metadata.name} successful`);
    } catch (error) {
      say(
        set,
        'Warning',
        'FailedCreate',
        `create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`,
      );
      queue.add(keyOf(set), 10_000);
    }
  }

  /** Below the partition a pod comes back as it was. */
  function revisionFor({ set, current, update }: Turn, ordinal: number): ControllerRevision {
    const strategy = set.spec.updateStrategy;
    return strategy?.type !== 'OnDelete' && ordinal < (strategy?.rollingUpdate?.partition ?? 0) ? current : update;
  }

  function makeClaims(set: StatefulSet, ordinal: number): void {
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      const name = claimName(set, template, ordinal);
      const namespace = set.metadata.namespace ?? 'default';
      if (store.get('persistentvolumeclaims', namespace, name) !== undefined) continue;
      const whenDeleted = set.spec.persistentVolumeClaimRetentionPolicy?.whenDeleted;
      store.create(
        'persistentvolumeclaims',
        {
          apiVersion: 'v1',
          kind: 'PersistentVolumeClaim',
          metadata: {
            name,
            namespace,
            labels: { ...template.metadata?.labels, ...set.spec.selector.matchLabels },
            ...(template.metadata?.annotations === undefined
              ? {}
              : { annotations: { ...template.metadata.annotations } }),
            ...(whenDeleted === 'Delete' ? { ownerReferences: [controllerReference(set)] } : {}),
          },
          spec: cloneJson(template.spec ?? {}),
        },
        { manager },
      );
      say(
        set,
        'Normal',
        'SuccessfulCreate',
        `create Claim ${name} Pod ${set.metadata.name}-${ordinal} in StatefulSet ${set.metadata.name} success`,
      );
    }
  }

  /** Claims that go with a pod that is scaled away. */
  function giveClaimsTo(set: StatefulSet, ordinal: number, pod: Pod): void {
    const { name, uid = '' } = pod.metadata;
    for (const template of set.spec.volumeClaimTemplates ?? []) {
      store.update(
        'persistentvolumeclaims',
        { namespace: set.metadata.namespace, name: claimName(set, template, ordinal) },
        (draft) => {
          draft.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name, uid }];
        },
        { manager },
      );
    }
  }

  function remove(set: StatefulSet, pod: Pod): void {
    store.delete('pods', refOf(pod));
    say(
      set,
      'Normal',
      'SuccessfulDelete',
      `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`,
    );
  }

  function say(set: StatefulSet, type: 'Normal' | 'Warning', reason: string, message: string): void {
    recorder.record(source, set, { type, reason, message });
  }

  function isUp(set: StatefulSet, pod: Pod): boolean {
    const at = availableAt(pod, set.spec.minReadySeconds ?? 0);
    return isReady(pod) && at !== undefined && at <= clock.now();
  }
}
