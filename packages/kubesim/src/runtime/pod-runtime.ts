import type { Clock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import type { ObjectStorePort } from '../object-store-port.ts';
import type { PodRuntimePort } from '../pod-runtime-port.ts';
import { runForLogs } from './container-choice.ts';
import { logOfRun } from './container-log.ts';
import { type ContainerProcesses, createContainerProcesses } from './container-processes.ts';
import { attachToShell, execInContainer } from './exec.ts';
import { createLogStream } from './log-stream.ts';
import { podUsage } from './usage.ts';

export type PodRuntimeDeps = {
  clock: Clock;
  /** The cluster's store; asked for at each use, because the runtime is made before the cluster. */
  store: () => ObjectStorePort;
  /** The insides of the containers, when a kubelet shares them. */
  processes?: ContainerProcesses;
};

/** What runs in the simulated pods: their logs, their shells, what they use. */
export function createPodRuntime(deps: PodRuntimeDeps): PodRuntimePort {
  const { clock, store } = deps;
  const processes = deps.processes ?? createContainerProcesses({ clock, store });
  return {
    logs(pod, request) {
      const first = runForLogs(pod, request.container, request.previous);
      const written = processes.log(first.id);
      if (written !== undefined) return createLogStream({ history: () => written, request, clock });
      const history = () => {
        const { namespace, name, uid } = pod.metadata;
        const current = store().get('pods', namespace, name);
        const announced = processes.announcedEnd(first.id);
        if (announced !== undefined) return logOfRun(pod, request.container, first, announced);
        if (current !== undefined && current.metadata.uid === uid) {
          return logOfRun(current, request.container, laterFacts(current, request.container, first));
        }
        return { ...logOfRun(pod, request.container, first), end: clock.now() };
      };
      return createLogStream({ history, request, clock });
    },
    exec: (pod, request) => execInContainer(processes, pod, request),
    attach: (pod, request) => attachToShell(processes, pod, request),
    usage: (pod) => podUsage(pod, clock.now(), siblingsOf(store(), pod)),
  };
}

/** The ready pods of the same controller. */
function siblingsOf(store: ObjectStorePort, pod: KubeObject): number {
  const owner = pod.metadata.ownerReferences?.find((one) => one.controller === true);
  if (owner === undefined) return 1;
  const controller =
    owner.kind === 'ReplicaSet' ? store.get('replicasets.apps', pod.metadata.namespace, owner.name) : undefined;
  return (controller?.status as { readyReplicas?: number } | undefined)?.readyReplicas ?? 1;
}

/** What is known by now of a run: whether it ended. */
function laterFacts(pod: Parameters<typeof runForLogs>[0], container: string, first: ReturnType<typeof runForLogs>) {
  for (const previous of [false, true]) {
    try {
      const found = runForLogs(pod, container, previous);
      if (found.id === first.id) return found;
    } catch {
      // It says why there is no such run; then there is none.
    }
  }
  return first;
}
