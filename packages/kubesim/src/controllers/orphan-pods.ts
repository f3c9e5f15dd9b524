import type { Pod } from './cluster-kinds.ts';
import { type ClusterStore, controllerOf } from './cluster-store.ts';

/** Pods that nothing controls: what a controller may adopt. */
export type OrphanPods = { of(namespace: string | undefined): Pod[] };

/** Follows all pods, so that controllers need not look through them for the few without a controller. */
export function createOrphanPods(store: ClusterStore): OrphanPods {
  const orphans = new Map<string, Set<string>>();

  function note(pod: Pod, gone: boolean): void {
    const namespace = pod.metadata.namespace ?? '';
    const names = orphans.get(namespace);
    if (!gone && controllerOf(pod) === undefined) {
      orphans.set(namespace, (names ?? new Set()).add(pod.metadata.name));
    } else if (names?.delete(pod.metadata.name) === true && names.size === 0) orphans.delete(namespace);
  }

  store.subscribe('pods', ({ type, object }) => note(object, type === 'DELETED'));
  for (const pod of store.list('pods')) note(pod, false);

  return {
    of: (namespace) =>
      [...(orphans.get(namespace ?? '') ?? [])].flatMap((name) => {
        const pod = store.get('pods', namespace, name);
        return pod === undefined || controllerOf(pod) !== undefined ? [] : pod;
      }),
  };
}
