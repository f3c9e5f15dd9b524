import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

export type SyncMeasure = {
  milliseconds: number;
  /** Processor time of the process, all threads: what the sync costs however busy the machine is. */
  processor: number;
  /** Resident growth once settled, and at its highest during the sync. */
  growth: number;
  peak: number;
  /** The longest the event loop was held up (p99.9), in milliseconds. */
  blocked: number;
  objects: number;
};

/** Runs a first sync in this (fresh) process and tells the parent what it cost. */
export async function measureSync(sync: () => Promise<() => number>): Promise<void> {
  // Whatever a program does before: the HTTP stack, timers and the collector are warm.
  await sleep(300);
  globalThis.gc?.();
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 10);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const processorBefore = process.cpuUsage();
  const startedAt = performance.now();
  const size = await sync();
  const milliseconds = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(processorBefore);
  await sleep(5);
  delay.disable();
  await sleep(500);
  clearInterval(sampler);
  const measure: SyncMeasure = {
    milliseconds,
    processor: (user + system) / 1000,
    growth: (process.memoryUsage.rss() - before) / 1e6,
    peak: (peak - before) / 1e6,
    blocked: delay.percentile(99.9) / 1e6,
    objects: size(),
  };
  process.send?.(measure);
  await sleep(20);
}
