import type { PersistentVolumeClaim as ClaimTemplate } from 'kubernetes-types/core/v1.d.ts';
import type { Pod, StatefulSet } from '../cluster-kinds.ts';

export const revisionLabel = 'controller-revision-hash';

/** The number at the end of the pod's name; undefined when the name is not one of this set's. */
export function ordinalOf(set: StatefulSet, pod: Pod): number | undefined {
  const prefix = `${set.metadata.name}-`;
  const { name } = pod.metadata;
  const digits = name.startsWith(prefix) ? name.slice(prefix.length) : '';
  return /^[0-9]+$/.test(digits) ? Number(digits) : undefined;
}

export function claimName(set: StatefulSet, template: ClaimTemplate, ordinal: number): string {
  return `${template.metadata?.name}-${set.metadata.name}-${ordinal}`;
}

/** Gives a new pod its identity: name labels, host name, revision and the claims of its ordinal. */
export function identify(
  pod: { metadata: Pod['metadata']; spec: Pod['spec'] },
  set: StatefulSet,
  facts: { ordinal: number; revision: string },
): void {
  const { ordinal, revision } = facts;
  const name = `${set.metadata.name}-${ordinal}`;
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [revisionLabel]: revision,
    'statefulset.kubernetes.io/pod-name': name,
    'apps.kubernetes.io/pod-index': String(ordinal),
  };
  pod.spec.hostname = name;
  pod.spec.subdomain = set.spec.serviceName;
  const templates = set.spec.volumeClaimTemplates ?? [];
  const others = (pod.spec.volumes ?? []).filter(
    (volume) => !templates.some((one) => one.metadata?.name === volume.name),
  );
  const claims = templates.map((one) => ({
    name: one.metadata?.name ?? '',
    persistentVolumeClaim: { claimName: claimName(set, one, ordinal) },
  }));
  if (claims.length + others.length > 0) pod.spec.volumes = [...claims, ...others];
}
