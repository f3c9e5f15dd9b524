import type { KubeObject, OwnerReference } from '../kube-object.ts';

/** One owner on the way up; `object` when the caller could find it. */
export type ChainLink = { reference: OwnerReference; object?: KubeObject };

const maxLinks = 20;

/**
 * The owners of an object from the nearest to the root (Pod -> ReplicaSet -> Deployment), following at each step the managing
 * controller, else the first owner. Ends where `find` knows no object, and never runs in a circle.
 */
export function ownerChain(
  object: KubeObject,
  find: (reference: OwnerReference, namespace: string | undefined) => KubeObject | undefined,
): ChainLink[] {
  const chain: ChainLink[] = [];
  const seen = new Set([object.metadata.uid]);
  let current: KubeObject | undefined = object;
  while (current && chain.length < maxLinks) {
    const owners: readonly OwnerReference[] = current.metadata.ownerReferences ?? [];
    const reference: OwnerReference | undefined = owners.find(({ controller }) => controller === true) ?? owners[0];
    if (!reference || seen.has(reference.uid)) break;
    seen.add(reference.uid);
    const owner = find(reference, current.metadata.namespace);
    // A reference binds by uid: an object of that name made anew is not the owner.
    current = owner?.metadata.uid === reference.uid ? owner : undefined;
    chain.push(current ? { reference, object: current } : { reference });
  }
  return chain;
}
