import type { Container, EnvVar } from 'kubernetes-types/core/v1.d.ts';
import type { ObjectStorePort } from '../../object-store-port.ts';
import type { PodParts } from './container-world.ts';

type Data = { data?: Record<string, string> };

/** The variables the kubelet gives a container: the image's, the cluster's, envFrom, env with its references and `$(NAME)`s put in. */
export function containerEnvironment(
  store: ObjectStorePort,
  pod: PodParts,
  container: Container,
): Record<string, string> {
  const { namespace, name } = pod.metadata;
  const environment: Record<string, string> = {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOSTNAME: pod.spec.hostname ?? (pod.spec.hostNetwork === true ? (pod.spec.nodeName ?? name) : name),
    HOME: '/root',
  };
  const api = store.get('services', 'default', 'kubernetes')?.spec as { clusterIP?: string } | undefined;
  Object.assign(environment, {
    KUBERNETES_SERVICE_HOST: api?.clusterIP ?? '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTPS: '443',
  });
  for (const { prefix = '', configMapRef, secretRef } of container.envFrom ?? []) {
    const config =
      configMapRef?.name === undefined
        ? undefined
        : (store.get('configmaps', namespace, configMapRef.name) as Data | undefined);
    const secret =
      secretRef?.name === undefined ? undefined : (store.get('secrets', namespace, secretRef.name) as Data | undefined);
    for (const [key, value] of Object.entries(config?.data ?? {})) environment[prefix + key] = value;
    for (const [key, value] of Object.entries(secret?.data ?? {})) environment[prefix + key] = decode(value);
  }
  for (const variable of container.env ?? []) {
    const value =
      variable.valueFrom === undefined ? (variable.value ?? '') : referenced(store, { pod, container, variable });
    if (value !== undefined)
      environment[variable.name] = value.replace(
        /\$\(([A-Za-z_]\w*)\)/g,
        (whole, other: string) => environment[other] ?? whole,
      );
  }
  return environment;
}

type Reference = { pod: PodParts; container: Container; variable: EnvVar };

function referenced(store: ObjectStorePort, { pod, container, variable }: Reference): string | undefined {
  const { configMapKeyRef, secretKeyRef, fieldRef, resourceFieldRef } = variable.valueFrom ?? {};
  const { namespace } = pod.metadata;
  if (configMapKeyRef?.name !== undefined)
    return (store.get('configmaps', namespace, configMapKeyRef.name) as Data | undefined)?.data?.[configMapKeyRef.key];
  if (secretKeyRef?.name !== undefined) {
    const value = (store.get('secrets', namespace, secretKeyRef.name) as Data | undefined)?.data?.[secretKeyRef.key];
    return value === undefined ? undefined : decode(value);
  }
  if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath);
  if (resourceFieldRef !== undefined) {
    const [kind, name] = resourceFieldRef.resource.split('.');
    return (kind === 'limits' ? container.resources?.limits : container.resources?.requests)?.[name ?? ''] ?? '0';
  }
  return undefined;
}

/** The downward API's fields. */
function fieldOf(pod: PodParts, path: string): string {
  const subscript = /^metadata\.(labels|annotations)\['(.+)'\]$/.exec(path);
  if (subscript !== null) return pod.metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  const fields: Readonly<Record<string, string | undefined>> = {
    'metadata.name': pod.metadata.name,
    'metadata.namespace': pod.metadata.namespace,
    'metadata.uid': pod.metadata.uid,
    'spec.nodeName': pod.spec.nodeName,
    'spec.serviceAccountName': pod.spec.serviceAccountName,
    'status.podIP': pod.status?.podIP,
    'status.podIPs': pod.status?.podIP,
    'status.hostIP': pod.status?.hostIP,
  };
  return fields[path] ?? '';
}

export function decode(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}
