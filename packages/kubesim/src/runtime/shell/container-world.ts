import type { Clock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { Container, PodSpec, PodStatus, ServiceSpec } from 'kubernetes-types/core/v1.d.ts';
import { quantity } from '../../controllers/quantities.ts';
import type { ObjectStorePort } from '../../object-store-port.ts';
import { containerEnvironment } from './container-environment.ts';
import { containerFiles } from './container-files.ts';
import { type ContainerFilesystem, createContainerFilesystem } from './container-filesystem.ts';
import type { ShellWorld } from './shell-state.ts';

export type PodParts = KubeObject & { spec: PodSpec; status?: PodStatus };

/** One running container as its shells see it. */
export type ContainerWorld = {
  environment: Record<string, string>;
  folder: string;
  /** Whether the image has a shell at all. */
  userland: 'busybox' | 'gnu' | 'none';
  /** The world for one process; `signal` ends it. */
  shellWorld(how: { signal: AbortSignal; terminalSize?: ShellWorld['terminalSize'] }): ShellWorld;
};

export type ContainerWorldDeps = { clock: Clock; store: ObjectStorePort };

const bare = /distroless|\/pause|registry\.k8s\.io\/|scratch|csi-|prometheuscommunity|node-exporter|opentelemetry/;
const gnu = /postgres|rabbitmq|debian|ubuntu|grafana|nginx|httpd|node:|python|openjdk|temurin|mysql|mariadb/;

export function createContainerWorld(
  { clock, store }: ContainerWorldDeps,
  pod: PodParts,
  container: Container,
): ContainerWorld {
  const image = container.image ?? '';
  const userland = bare.test(image) ? 'none' : gnu.test(image) && !image.includes('alpine') ? 'gnu' : 'busybox';
  const environment = containerEnvironment(store, pod, container);
  const files: ContainerFilesystem = createContainerFilesystem(containerFiles(store, pod, container), () =>
    clock.now(),
  );
  const startedAt = Date.parse(pod.status?.startTime ?? '') || clock.now();
  const node = store.get('nodes', undefined, pod.spec.nodeName ?? '') as
    | { status?: { capacity?: Record<string, string> } }
    | undefined;
  const uid = container.securityContext?.runAsUser ?? pod.spec.securityContext?.runAsUser ?? 0;
  const main =
    [...(container.command ?? []), ...(container.args ?? [])].join(' ') || defaultCommand(image, container.name);
  return {
    environment,
    userland,
    folder: container.workingDir ?? (files.stat('/app') === undefined ? '/' : '/app'),
    shellWorld: ({ signal, terminalSize }) => ({
      clock,
      files,
      image,
      signal,
      terminalSize,
      flavour: userland === 'gnu' ? 'gnu' : 'busybox',
      hostName: environment.HOSTNAME ?? pod.metadata.name,
      user: uid === 0 ? 'root' : 'app',
      processes: () => [
        { id: 1, user: uid === 0 ? 'root' : 'app', command: main, startedAt },
        { id: 47, user: uid === 0 ? 'root' : 'app', command: 'sh', startedAt: clock.now() },
        { id: 53, user: uid === 0 ? 'root' : 'app', command: 'ps', startedAt: clock.now() },
      ],
      resolve: (name) => resolveName(store, pod, name),
      node: {
        name: pod.spec.nodeName ?? '',
        cpus: Math.max(1, Math.round(quantity(node?.status?.capacity?.cpu) || 4)),
        memoryBytes: quantity(node?.status?.capacity?.memory) || 16 * 1024 ** 3,
      },
    }),
  };
}

function defaultCommand(image: string, name: string): string {
  if (/nginx|storefront/.test(image)) return 'nginx: master process nginx -g daemon off;';
  if (/postgres/.test(image)) return 'postgres';
  if (/redis/.test(image)) return 'redis-server *:6379';
  if (/orders|ledger|spring|java/.test(image)) return 'java -XX:MaxRAMPercentage=75 -jar /app/application.jar';
  return `/app/${name}`;
}

/** Names as cluster DNS has them, by the pod's search path: `cart`, `cart.shop`, `cart.shop.svc.cluster.local`. */
function resolveName(store: ObjectStorePort, pod: PodParts, name: string): ReturnType<ShellWorld['resolve']> {
  if (name === 'localhost' || name === '127.0.0.1') {
    const ports = pod.spec.containers.flatMap((one) => (one.ports ?? []).map((port) => port.containerPort));
    return { address: '127.0.0.1', ports, ready: true };
  }
  const [service = '', namespace = pod.metadata.namespace ?? ''] = name
    .replace(/\.svc(\.cluster\.local)?\.?$/, '')
    .split('.');
  const byAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const found = byAddress
    ? [...store.list('services')].find((one) => (one.spec as ServiceSpec).clusterIP === name)
    : store.get('services', namespace, service);
  if (found === undefined) return undefined;
  const spec = found.spec as ServiceSpec;
  const endpoints = store.get('endpoints', found.metadata.namespace, found.metadata.name) as
    | { subsets?: { addresses?: { ip: string }[] }[] }
    | undefined;
  const ready = endpoints?.subsets?.flatMap((one) => one.addresses ?? []) ?? [];
  const address = spec.clusterIP === 'None' ? (ready[0]?.ip ?? '') : (spec.clusterIP ?? '');
  return {
    address,
    ports: (spec.ports ?? []).map((port) => port.port),
    ready: ready.length > 0 || found.metadata.name === 'kubernetes',
  };
}
