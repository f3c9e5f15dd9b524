import type { KubeObject } from '@pilothouse/kube';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import { jsonEqual } from '../rules/json-equal.ts';
import type { ControllerRevision } from './cluster-kinds.ts';
import { type ClusterStore, controllerReference, refOf } from './cluster-store.ts';
import { templateHash } from './template-hash.ts';

const manager = 'kube-controller-manager';

type Owner = KubeObject & { spec: { template: PodTemplateSpec; revisionHistoryLimit?: number } };

/**
 * The ControllerRevision of `owner`'s present template, made when there is none. A template that comes back gets its old revision with a new,
 * highest number, which is how `kubectl rollout undo` works for DaemonSets and StatefulSets.
 */
export function takeRevision(
  store: ClusterStore,
  owner: Owner,
  labels: Readonly<Record<string, string>>,
): ControllerRevision {
  const known = revisionsOf(store, owner);
  const data = { spec: { template: { ...owner.spec.template, $patch: 'replace' } } };
  const newest = known.at(-1)?.revision ?? 0;
  const same = known.find((one) => jsonEqual(one.data, data));
  if (same !== undefined) {
    if (same.revision === newest) return same;
    const raised = store.update(
      'controllerrevisions.apps',
      refOf(same),
      (draft) => {
        draft.revision = newest + 1;
      },
      { manager },
    );
    return raised ?? same;
  }
  const taken = new Set(known.map((one) => one.metadata.name));
  let collisions = 0;
  let hash = templateHash(owner.spec.template);
  while (taken.has(`${owner.metadata.name}-${hash}`)) hash = templateHash(owner.spec.template, ++collisions);
  return store.create(
    'controllerrevisions.apps',
    {
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        name: `${owner.metadata.name}-${hash}`,
        namespace: owner.metadata.namespace ?? 'default',
        labels: { ...labels, 'controller.kubernetes.io/hash': hash, 'controller-revision-hash': hash },
        ...(owner.metadata.annotations === undefined ? {} : { annotations: { ...owner.metadata.annotations } }),
        ownerReferences: [controllerReference(owner)],
      },
      data,
      revision: newest + 1,
    },
    { manager },
  );
}

/** Oldest first. */
export function revisionsOf(store: ClusterStore, owner: KubeObject): ControllerRevision[] {
  return store.owned('controllerrevisions.apps', owner.metadata.uid).sort((a, b) => a.revision - b.revision);
}

/** Deletes revisions beyond revisionHistoryLimit, except those `inUse` (by name). */
export function trimRevisions(store: ClusterStore, owner: Owner, inUse: ReadonlySet<string>): void {
  const unused = revisionsOf(store, owner).filter((one) => !inUse.has(one.metadata.name));
  const surplus = unused.length - (owner.spec.revisionHistoryLimit ?? 10);
  for (const one of unused.slice(0, Math.max(0, surplus))) store.delete('controllerrevisions.apps', refOf(one));
}

/** The pod template a revision holds. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const { $patch: _, ...template } = (revision.data as { spec: { template: PodTemplateSpec & { $patch?: string } } })
    .spec.template;
  return template;
}
