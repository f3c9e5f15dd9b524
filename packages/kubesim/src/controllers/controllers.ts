import { type Clock, type Logger, type Service, silentLogger } from '@pilothouse/core';
import type { ObjectStorePort } from '../object-store-port.ts';
import { clusterStore } from './cluster-store.ts';
import type { ControllerDeps } from './controller-deps.ts';
import { startDeploymentController } from './deployment/deployment-controller.ts';
import { createEventRecorder } from './event-recorder.ts';
import { startKubelet } from './kubelet/kubelet.ts';
import { startReplicaSetController, startReplicationController } from './replica-controller.ts';
import { startScheduler } from './scheduler/scheduler.ts';
import { startEndpointController } from './services/endpoint-slices.ts';
import { startIngressController, startLoadBalancerController } from './services/load-balancers.ts';
import { createWorkScheduler, type WorkScheduler } from './work-scheduler.ts';

export type ControllersDeps = { store: ObjectStorePort; clock: Clock; logger?: Logger };

/** The controllers of a simulated cluster. They are subscribed at once and act while `service` runs, or as `work` is driven by hand. */
export type Controllers = { service: Service; work: WorkScheduler };

/** Starts every controller over one queue of work. */
export function createControllers({ store, clock, logger = silentLogger }: ControllersDeps): Controllers {
  const typed = clusterStore(store);
  const work = createWorkScheduler({ clock, logger });
  const deps: ControllerDeps = { store: typed, clock, work, recorder: createEventRecorder({ store: typed, clock }) };
  startScheduler(deps);
  startKubelet(deps);
  startDeploymentController(deps);
  startReplicaSetController(deps);
  startReplicationController(deps);
  startEndpointController(deps);
  startLoadBalancerController(deps);
  startIngressController(deps);
  return { work, service: { name: 'simulated controllers', run: work.run } };
}
