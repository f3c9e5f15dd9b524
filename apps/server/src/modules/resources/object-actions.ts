import { appError, type Clock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { ObjectTarget } from './object-reader.ts';

export type DeleteQuery = {
  propagation?: 'Foreground' | 'Background' | 'Orphan' | undefined;
  gracePeriodSeconds?: number | undefined;
  uid?: string | undefined;
  dryRun?: boolean | undefined;
};

/** Deletes and says what is left: an object with finalizers goes only when they are done. */
export async function deleteObject({ cluster, ref }: ObjectTarget, query: DeleteQuery) {
  const left = await cluster.client.delete(ref, {
    ...(query.propagation ? { propagationPolicy: query.propagation } : {}),
    ...(query.gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds: query.gracePeriodSeconds }),
    ...(query.uid ? { preconditions: { uid: query.uid } } : {}),
    ...(query.dryRun ? { dryRun: true } : {}),
  });
  // The API server answers with a Status when the object is gone, and with the object while it terminates.
  const terminating = left?.metadata?.deletionTimestamp !== undefined;
  return { deleted: !terminating, terminating, finalizers: left?.metadata?.finalizers ?? [] };
}

/** Through the scale subresource, so that it works for everything that has one, custom resources included. */
export async function scaleObject(
  { cluster, type, ref }: ObjectTarget,
  { replicas, dryRun }: { replicas: number; dryRun?: boolean | undefined },
) {
  if (!type.subresources.includes('scale'))
    throw appError('invalid_input', `A ${type.kind} cannot be scaled: it has no scale subresource.`);
  const before = await replicasOf(cluster.client.get(ref));
  const { replicas: after } = await cluster.client.scale(ref, replicas, dryRun ? { dryRun } : {});
  return { before, replicas: after };
}

async function replicasOf(reading: Promise<KubeObject>): Promise<number> {
  const { spec } = await reading;
  const replicas = typeof spec === 'object' && spec !== null && 'replicas' in spec ? spec.replicas : 1;
  return typeof replicas === 'number' ? replicas : 1;
}

const restartable = new Set(['deployments.apps', 'statefulsets.apps', 'daemonsets.apps']);

/** As `kubectl rollout restart`: a new annotation on the pod template, and the rollout does the rest. */
export async function restartObject(
  { cluster, type, ref }: ObjectTarget,
  clock: Clock,
): Promise<{ restartedAt: string }> {
  if (!restartable.has(`${type.plural}.${type.group}`))
    throw appError(
      'invalid_input',
      `A ${type.kind} cannot be restarted; a Deployment, a StatefulSet or a DaemonSet can.`,
    );
  const current = await cluster.client.get(ref);
  const spec = (current as { spec?: { paused?: boolean } }).spec;
  if (spec?.paused) throw appError('invalid_input', `${type.kind} ${ref.name} is paused; resume it first.`);
  const restartedAt = new Date(clock.now()).toISOString();
  const annotations = { 'kubectl.kubernetes.io/restartedAt': restartedAt };
  await cluster.client.patch(
    ref,
    { type: 'strategic', body: { spec: { template: { metadata: { annotations } } } } },
    { fieldManager: 'pilothouse' },
  );
  return { restartedAt };
}
