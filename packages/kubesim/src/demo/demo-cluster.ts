import { createSupervisor, type Service, silentLogger, systemClock } from '@pilothouse/core';
import { createControllers } from '../controllers/controllers.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import { createContainerProcesses } from '../runtime/container-processes.ts';
import { createPodRuntime } from '../runtime/pod-runtime.ts';
import { createSimulatedCluster, type SimulatedCluster, type SimulatedClusterOptions } from '../simulated-cluster.ts';
import { createPlayedClock, type HistoryStep } from './cluster-history.ts';
import { startDemoTraffic } from './demo-traffic.ts';
import { shopHistory } from './shop.ts';
import { emptyHistory, stagingHistory } from './staging.ts';

/** What is in a simulated cluster at its start: `shop`, the demo; `staging`, a smaller one; `empty`, one node and the system. */
export const demoProfiles = ['shop', 'staging', 'empty'] as const;
export type DemoProfile = (typeof demoProfiles)[number];

export type LiveCluster = SimulatedCluster & {
  /** Stops the controllers, then the API. */
  close(): Promise<void>;
};

const histories: Readonly<Record<DemoProfile, (store: ObjectStorePort, now: number) => HistoryStep[]>> = {
  shop: shopHistory,
  staging: stagingHistory,
  empty: emptyHistory,
};

/** A simulated cluster with controllers, a past and a life: its history is played in a moment, then it goes on in real time. It does not listen yet. */
export async function createDemoCluster(
  profile: DemoProfile,
  options: SimulatedClusterOptions = {},
): Promise<LiveCluster> {
  const logger = options.logger ?? silentLogger;
  const clock = createPlayedClock(options.clock ?? systemClock);
  const store = () => cluster.store;
  const processes = createContainerProcesses({ clock, store });
  const runtime = createPodRuntime({ clock, store, processes });
  // A demo is watched by few and for hours: a short window of changes keeps it small.
  const window = { maxEvents: 4_000, maxBytes: 6 * 1024 * 1024 };
  const cluster = createSimulatedCluster({
    window,
    cacheBytes: 4 * 1024 * 1024,
    ...options,
    clock,
    runtime,
    controllers: false,
  });
  const { work, pace, service } = createControllers({ store: cluster.store, clock, logger, processes });
  await clock.play({ work, pace }, histories[profile](cluster.store, clock.now()));
  cluster.compact();
  if (profile !== 'empty') startDemoTraffic({ store: cluster.store, work });
  const services: Service[] = [service];
  const supervisor = createSupervisor({ log: logger, clock });
  await supervisor.start(services);
  return {
    ...cluster,
    get url() {
      return cluster.url;
    },
    get size() {
      return cluster.size;
    },
    async close() {
      await supervisor.stop();
      await cluster.close();
    },
  };
}
