import type { KubeObject } from '@pilothouse/kube';
import type { ObjectStorePort, StoreEvent } from '../object-store-port.ts';
import { jsonEqual } from '../rules/json-equal.ts';
import { cloneJson } from '../runtime/clone-json.ts';
import type { ClusterKinds, ClusterResource } from './cluster-kinds.ts';

type ObjectRef = { namespace?: string | undefined; name: string };
type Draft<R extends ClusterResource> = Omit<ClusterKinds[R], 'status'> & { status?: unknown };

/** The object store with the kinds of the controllers known to the type checker. */
export type ClusterStore = {
  get<R extends ClusterResource>(resource: R, namespace: string | undefined, name: string): ClusterKinds[R] | undefined;
  list<R extends ClusterResource>(resource: R, namespace?: string): Iterable<ClusterKinds[R]>;
  /** The objects of `resource` that `uid` controls. */
  owned<R extends ClusterResource>(resource: R, uid: string | undefined): ClusterKinds[R][];
  create<R extends ClusterResource>(resource: R, object: Draft<R>, options?: { manager?: string }): ClusterKinds[R];
  update<R extends ClusterResource>(
    resource: R,
    ref: ObjectRef,
    change: (draft: ClusterKinds[R]) => void,
    options?: { subresource?: 'status'; manager?: string },
  ): ClusterKinds[R] | undefined;
  delete(
    resource: ClusterResource,
    ref: ObjectRef,
    options?: { propagation?: 'Foreground' | 'Background' | 'Orphan'; gracePeriodSeconds?: number },
  ): void;
  subscribe<R extends ClusterResource>(
    resource: R,
    listener: (event: { type: StoreEvent['type']; object: ClusterKinds[R] }) => void,
  ): () => void;
};

/** Sees `store` through the controllers' kinds. What the API server validated is trusted to have its kind's shape. */
export function clusterStore(store: ObjectStorePort): ClusterStore {
  const typed = store as unknown as Omit<ClusterStore, 'owned'>;
  return {
    get: typed.get,
    list: typed.list,
    owned: <R extends ClusterResource>(resource: R, uid: string | undefined) => {
      const found: ClusterKinds[R][] = [];
      if (uid === undefined) return found;
      for (const one of store.ownedBy(uid)) if (one.resource === resource) found.push(one.object as ClusterKinds[R]);
      return found;
    },
    create: typed.create,
    update: (resource, ref, change, options) => {
      // Controllers write what should be without asking what is; most of that is so already, and finding out here is cheap.
      const live = typed.get(resource, ref.namespace, ref.name);
      if (live === undefined) return undefined;
      const wanted = cloneJson(live);
      change(wanted);
      if (jsonEqual(wanted, live)) return live;
      return typed.update(resource, ref, (draft) => replace(draft, wanted), options);
    },
    delete: typed.delete,
    subscribe: typed.subscribe,
  };
}

function replace(draft: KubeObject, wanted: KubeObject): void {
  for (const key of Object.keys(draft)) if (wanted[key] === undefined) delete draft[key];
  Object.assign(draft, wanted);
}

/** The reference that names `object` to the store. */
export function refOf(object: KubeObject): { namespace: string | undefined; name: string } {
  return { namespace: object.metadata.namespace, name: object.metadata.name };
}

/** `namespace/name`, the work queues' key; a bare name for cluster-scoped objects. */
export function keyOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace === undefined ? name : `${namespace}/${name}`;
}

export function splitKey(key: string): { namespace: string | undefined; name: string } {
  const slash = key.indexOf('/');
  return slash < 0
    ? { namespace: undefined, name: key }
    : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The owner that manages `object`, when it is of `kind`. */
export function controllerOf(object: KubeObject, kind?: string) {
  const owner = object.metadata.ownerReferences?.find((one) => one.controller === true);
  return owner === undefined || (kind !== undefined && owner.kind !== kind) ? undefined : owner;
}

/** The reference by which `owner` controls what it makes. */
export function controllerReference(owner: KubeObject) {
  return {
    apiVersion: owner.apiVersion,
    kind: owner.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
