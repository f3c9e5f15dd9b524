import { type Clock, type Logger, type Service, silentLogger } from '@pilothouse/core';
import type { ObjectStorePort } from '../object-store-port.ts';
import { type ContainerProcesses, createContainerProcesses } from '../runtime/container-processes.ts';
import { startPodAutoscaler } from './autoscaling/pod-autoscaler.ts';
import { clusterStore } from './cluster-store.ts';
import type { ControllerDeps, Pace } from './controller-deps.ts';
import { startDaemonSetController } from './daemonset-controller.ts';
import { startDeploymentController } from './deployment/deployment-controller.ts';
import { startDisruptionController } from './disruption-budgets.ts';
import { startEventExpiry } from './event-expiry.ts';
import { createEventRecorder } from './event-recorder.ts';
import { startCronJobController } from './jobs/cronjob-controller.ts';
import { startJobController } from './jobs/job-controller.ts';
import { startKubelet } from './kubelet/kubelet.ts';
import { startNamespaceContents } from './namespace-contents.ts';
import { startNodeHeartbeats } from './nodes/node-heartbeats.ts';
import { startNodeLifecycle } from './nodes/node-lifecycle.ts';
import { createOrphanPods } from './orphan-pods.ts';
import { startReplicaSetController, startReplicationController } from './replica-controller.ts';
import { startQuotaController } from './resource-quotas.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { startEndpointController } from './services/endpoint-slices.ts';
import { startIngressController, startLoadBalancerController } from './services/load-balancers.ts';
import { startStatefulSetController } from './statefulset/statefulset-controller.ts';
import { startVolumeBinder } from './storage/volume-binder.ts';
import { createWorkScheduler, type WorkScheduler } from './work-scheduler.ts';

export type ControllersDeps = {
  store: ObjectStorePort;
  clock: Clock;
  logger?: Logger;
  /** The insides of the containers, when a pod runtime shares them. */
  processes?: ContainerProcesses;
};

/** The controllers of a simulated cluster. They are subscribed at once and act while `service` runs, or as `work` is driven by hand. */
export type Controllers = { service: Service; work: WorkScheduler; pace: Pace };

/** Starts every controller over one queue of work. Nodes begin to send heartbeats when `service` runs. */
export function createControllers(options: ControllersDeps): Controllers {
  const { store, clock, logger = silentLogger } = options;
  const processes = options.processes ?? createContainerProcesses({ clock, store: () => store });
  const typed = clusterStore(store);
  const work = createWorkScheduler({ clock, logger });
  const pace: Pace = { hasty: false };
  const recorder = createEventRecorder({ store: typed, clock, pace });
  const deps: ControllerDeps = {
    store: typed,
    clock,
    work,
    recorder,
    pace,
    processes,
    orphans: createOrphanPods(typed),
  };
  for (const start of controllers) start(deps);
  const heartbeats = startNodeHeartbeats(deps);
  return {
    work,
    pace,
    service: {
      name: 'simulated controllers',
      run(signal, ready) {
        heartbeats.begin();
        ready();
        return work.run(signal);
      },
    },
  };
}

const controllers: readonly ((deps: ControllerDeps) => void)[] = [
  startScheduler,
  startKubelet,
  startDeploymentController,
  startReplicaSetController,
  startReplicationController,
  startStatefulSetController,
  startDaemonSetController,
  startJobController,
  startCronJobController,
  startEndpointController,
  startLoadBalancerController,
  startIngressController,
  startVolumeBinder,
  startPodAutoscaler,
  startDisruptionController,
  startQuotaController,
  startNamespaceContents,
  startNodeLifecycle,
  startEventExpiry,
];
