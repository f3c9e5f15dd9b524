import type { KubeObject } from '@pilothouse/kube';
import { kubeError } from '../api/kube-error.ts';

type Containers = { name: string }[];

/** The container a request means: the named one, or the only one. Throws 400 with the API server's words. */
export function containerOf(pod: KubeObject, asked: string | null): string {
  const spec = (pod.spec ?? {}) as {
    containers?: Containers;
    initContainers?: Containers;
    ephemeralContainers?: Containers;
  };
  const names = (list: Containers | undefined) => (list ?? []).map((one) => one.name);
  const containers = names(spec.containers);
  const inits = names(spec.initContainers);
  const ephemeral = names(spec.ephemeralContainers);
  if (asked !== null && asked !== '') {
    if ([...containers, ...inits, ...ephemeral].includes(asked)) return asked;
    throw kubeError.badRequest(`container ${asked} is not valid for pod ${pod.metadata.name}`);
  }
  const [only] = containers;
  if (only !== undefined && containers.length === 1) return only;
  const choices = [
    `choose one of: [${containers.join(' ')}]`,
    ...(inits.length === 0 ? [] : [`or one of the init containers: [${inits.join(' ')}]`]),
    ...(ephemeral.length === 0 ? [] : [`or one of the ephemeral containers: [${ephemeral.join(' ')}]`]),
  ];
  throw kubeError.badRequest(`a container name must be specified for pod ${pod.metadata.name}, ${choices.join(' ')}`);
}

/** Refuses a pod no kubelet runs yet. */
export function requireScheduled(pod: KubeObject): void {
  const node = (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? '';
  if (node !== '') return;
  throw kubeError.badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}
