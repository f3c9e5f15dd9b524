import type { Clock } from '@pilothouse/core';
import type { ContainerProcesses } from '../runtime/container-processes.ts';
import type { ClusterStore } from './cluster-store.ts';
import type { EventRecorder } from './event-recorder.ts';
import type { OrphanPods } from './orphan-pods.ts';
import type { WorkScheduler } from './work-scheduler.ts';

/** What each controller is made with. A controller subscribes, queues keys and reconciles; it has no other life of its own. */
export type ControllerDeps = {
  store: ClusterStore;
  clock: Clock;
  work: WorkScheduler;
  recorder: EventRecorder;
  pace: Pace;
  orphans: OrphanPods;
  processes: ContainerProcesses;
};

/** While `hasty`, containers start and stop at once and no Events are written: for a past so long ago that only its outcome matters. */
export type Pace = { hasty: boolean };
