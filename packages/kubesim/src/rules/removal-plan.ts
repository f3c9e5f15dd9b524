import type { KubeObject } from '@pilothouse/kube';
import { kubeError } from '../api/kube-error.ts';
import type { ServedResource } from '../catalogue/served-resource.ts';
import type { RemovalOptions } from './write-options.ts';

/** Namespaces a cluster cannot be without. */
const keptNamespaces = new Set(['default', 'kube-system', 'kube-public']);

/** What deleting an object makes of it: gone at once, or marked and kept by a grace period or finalizers. Changes `object` in place. */
export function planRemoval(
  resource: ServedResource,
  object: KubeObject,
  options: RemovalOptions & { now: number },
): { object: KubeObject; gone: boolean } {
  const { metadata } = object;
  if (resource.storedAs === 'namespaces' && keptNamespaces.has(metadata.name)) {
    throw kubeError.forbidden(resource, metadata.name, 'this namespace may not be deleted');
  }
  metadata.finalizers = finalizersFor(metadata.finalizers ?? [], options.propagation);
  if (metadata.finalizers.length === 0) delete metadata.finalizers;
  const grace = graceSeconds(resource, object, options.gracePeriodSeconds);
  const isNamespace = resource.storedAs === 'namespaces';
  const held = metadata.finalizers !== undefined || isNamespace;
  if (grace === 0 && !held) return { object, gone: true };
  const effective = Math.min(grace, metadata.deletionGracePeriodSeconds ?? grace);
  if (metadata.deletionTimestamp === undefined || effective < (metadata.deletionGracePeriodSeconds ?? 0)) {
    if (metadata.deletionTimestamp === undefined && metadata.generation !== undefined) metadata.generation++;
    metadata.deletionTimestamp = `${new Date(options.now + effective * 1000).toISOString().slice(0, 19)}Z`;
    metadata.deletionGracePeriodSeconds = effective;
  }
  if (isNamespace) {
    delete metadata.deletionGracePeriodSeconds;
    object.status = { ...(object.status as object | undefined), phase: 'Terminating' };
  }
  return { object, gone: false };
}

function finalizersFor(finalizers: readonly string[], propagation: RemovalOptions['propagation']): string[] {
  if (propagation === undefined) return [...finalizers];
  const others = finalizers.filter((one) => one !== 'orphan' && one !== 'foregroundDeletion');
  if (propagation === 'Orphan') return [...others, 'orphan'];
  return propagation === 'Foreground' ? [...others, 'foregroundDeletion'] : others;
}

/** Only pods end gracefully: not when unscheduled or finished, else within their own or the asked grace period. */
function graceSeconds(resource: ServedResource, object: KubeObject, asked: number | undefined): number {
  if (resource.storedAs !== 'pods') return 0;
  const spec = object.spec as { nodeName?: string; terminationGracePeriodSeconds?: number } | undefined;
  const phase = (object.status as { phase?: string } | undefined)?.phase;
  if ((spec?.nodeName ?? '') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  return Math.max(0, asked ?? spec?.terminationGracePeriodSeconds ?? 30);
}
