import type { KubeObject, ResourceType } from '@pilothouse/kube';

export type StoreEvent = { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubeObject };

/**
 * What the simulated controllers see of the simulated cluster: its objects, without HTTP between. All calls are synchronous; objects
 * returned are frozen and shared, never mutate one. `resource` is `plural.group` (`deployments.apps`, `pods`).
 * Writes go through the same admission, defaulting, generation and finalizer rules as HTTP requests.
 */
export type ObjectStorePort = {
  type(resource: string): ResourceType | undefined;
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
  list(resource: string, namespace?: string): Iterable<KubeObject>;
  /** Objects whose controller owner has this uid. */
  ownedBy(uid: string): Iterable<{ resource: string; object: KubeObject }>;
  /** Throws the AppError `already_exists`, `invalid_input`, … */
  create(resource: string, object: KubeObject, options?: { manager?: string }): KubeObject;
  /**
   * Puts an object as it stands, with its status, uid, creationTimestamp, generation and managedFields when given (like etcd restored from a
   * backup): no defaulting, validation or admission, only a new resourceVersion. For seeding; `object` is not kept.
   */
  restore(resource: string, object: KubeObject): void;
  /** Runs `change` on a deep copy; returns undefined when the object is gone. Writing nothing different makes no event. `manager` names the managedFields entry. */
  update(
    resource: string,
    ref: { namespace?: string | undefined; name: string },
    change: (draft: KubeObject) => void,
    options?: { subresource?: 'status'; manager?: string },
  ): KubeObject | undefined;
  delete(
    resource: string,
    ref: { namespace?: string | undefined; name: string },
    options?: { propagation?: 'Foreground' | 'Background' | 'Orphan'; gracePeriodSeconds?: number },
  ): void;
  /** Delivered in order, after the write, on a microtask. `resource` '*' hears everything. Returns the unsubscriber. */
  subscribe(resource: string, listener: (event: StoreEvent, resource: string) => void): () => void;
};
