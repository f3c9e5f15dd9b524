import type { Container, Volume } from 'kubernetes-types/core/v1.d.ts';
import type { Pod } from '../cluster-kinds.ts';
import type { ClusterStore } from '../cluster-store.ts';

type Source = 'configmaps' | 'secrets';
type Reference = { source: Source; name: string; key?: string | undefined; optional: boolean };

const words: Record<Source, { lower: string; upper: string }> = {
  configmaps: { lower: 'configmap', upper: 'ConfigMap' },
  secrets: { lower: 'secret', upper: 'Secret' },
};

/** Why the kubelet cannot make this container's environment, in its words; undefined when it can. */
export function missingEnvironment(store: ClusterStore, pod: Pod, container: Container): string | undefined {
  for (const reference of environmentReferences(container)) {
    const problem = missing(store, pod, reference);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The first volume that cannot be mounted and why. */
export function missingVolume(store: ClusterStore, pod: Pod): { volume: string; why: string } | undefined {
  for (const volume of pod.spec.volumes ?? []) {
    for (const reference of volumeReferences(volume)) {
      const held = store.get(reference.source, pod.metadata.namespace, reference.name);
      const { lower } = words[reference.source];
      if (held === undefined && !reference.optional)
        return { volume: volume.name, why: `${lower} "${reference.name}" not found` };
      if (held === undefined || reference.key === undefined || reference.optional || hasKey(held, reference.key))
        continue;
      return {
        volume: volume.name,
        why: `references non-existent ${lower === 'secret' ? 'secret' : 'config'} key: ${reference.key}`,
      };
    }
  }
  return undefined;
}

function environmentReferences(container: Container): Reference[] {
  const found: Reference[] = [];
  for (const from of container.envFrom ?? []) {
    if (from.configMapRef?.name !== undefined) found.push(whole('configmaps', from.configMapRef));
    if (from.secretRef?.name !== undefined) found.push(whole('secrets', from.secretRef));
  }
  for (const { valueFrom } of container.env ?? []) {
    if (valueFrom?.configMapKeyRef !== undefined) found.push(keyed('configmaps', valueFrom.configMapKeyRef));
    if (valueFrom?.secretKeyRef !== undefined) found.push(keyed('secrets', valueFrom.secretKeyRef));
  }
  return found;
}

function volumeReferences(volume: Volume): Reference[] {
  const found: Reference[] = [];
  const add = (source: Source, from: { name?: string; items?: { key: string }[]; optional?: boolean } | undefined) => {
    if (from?.name === undefined) return;
    const reference = whole(source, from);
    found.push(reference, ...(from.items ?? []).map((item) => ({ ...reference, key: item.key })));
  };
  add('configmaps', volume.configMap);
  const { secret } = volume;
  if (secret?.secretName !== undefined) add('secrets', { ...secret, name: secret.secretName });
  for (const source of volume.projected?.sources ?? []) {
    // The API server publishes the cluster's root certificate to each namespace; whether the simulation has it is no one's concern.
    if (source.configMap?.name !== 'kube-root-ca.crt') add('configmaps', source.configMap);
    add('secrets', source.secret);
  }
  return found;
}

function whole(source: Source, from: { name?: string; optional?: boolean }): Reference {
  return { source, name: from.name ?? '', optional: from.optional === true };
}

function keyed(source: Source, from: { name?: string; key: string; optional?: boolean }): Reference {
  return { ...whole(source, from), key: from.key };
}

function missing(store: ClusterStore, pod: Pod, { source, name, key, optional }: Reference): string | undefined {
  if (optional) return undefined;
  const held = store.get(source, pod.metadata.namespace, name);
  if (held === undefined) return `${words[source].lower} "${name}" not found`;
  if (key === undefined || hasKey(held, key)) return undefined;
  return `couldn't find key ${key} in ${words[source].upper} ${pod.metadata.namespace}/${name}`;
}

function hasKey(
  held: { data?: Record<string, string>; binaryData?: Record<string, string> } | object,
  key: string,
): boolean {
  const { data, binaryData } = held as { data?: Record<string, string>; binaryData?: Record<string, string> };
  return Object.hasOwn(data ?? {}, key) || Object.hasOwn(binaryData ?? {}, key);
}
