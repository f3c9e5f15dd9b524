import { messageOf } from './app-error.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Logger } from './logger.ts';

/**
 * A long-running part. `run` goes on until `signal` aborts and then resolves once it has let go of everything.
 * It calls `ready` when it can do its work; the next service starts only then. When it throws it is started again after
 * a backoff; a service that never calls `ready` within the deadline fails the start.
 */
export type Service = {
  readonly name: string;
  run(signal: AbortSignal, ready: () => void): Promise<void>;
};

export type SupervisorOptions = {
  log: Logger;
  clock?: Clock;
  /** Milliseconds a service may take to become ready (default 30,000). */
  startDeadline?: number;
  /** Milliseconds a service may take to stop before it is left behind with an error in the log (default 10,000). */
  stopDeadline?: number;
};

type Running = { service: Service; abort: AbortController; done: Promise<void> };

/** Starts services in the order given and stops them in reverse, one after the other. */
export type Supervisor = {
  start(services: readonly Service[]): Promise<void>;
  stop(): Promise<void>;
};

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { log, clock = systemClock, startDeadline = 30_000, stopDeadline = 10_000 } = options;
  const running: Running[] = [];

  async function keepRunning(service: Service, signal: AbortSignal, ready: () => void): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      const startedAt = clock.now();
      try {
        await service.run(signal, ready);
        if (signal.aborted) return;
        log.warn('service ended by itself, starting it again', { service: service.name });
      } catch (error) {
        if (signal.aborted) return;
        log.error('service failed, starting it again', { service: service.name, error: messageOf(error) });
      }
      failures = clock.now() - startedAt > 60_000 ? 1 : failures + 1;
      await clock.sleep(Math.min(30_000, 250 * 2 ** (failures - 1)), signal).catch(() => {});
    }
  }

  async function startOne(service: Service): Promise<void> {
    const abort = new AbortController();
    const deadline = new AbortController();
    let done: Promise<void> = Promise.resolve();
    const becameReady = new Promise<void>((resolve) => {
      done = keepRunning(service, abort.signal, resolve);
    });
    running.push({ service, abort, done });
    const late = clock.sleep(startDeadline, deadline.signal).then(
      () => {
        throw new Error(`Service ${service.name} was not ready within ${startDeadline} ms`);
      },
      () => {},
    );
    try {
      await Promise.race([becameReady, late]);
    } finally {
      deadline.abort();
    }
  }

  async function stopOne({ service, abort, done }: Running): Promise<void> {
    abort.abort(new Error('stopping'));
    const deadline = new AbortController();
    const late = clock.sleep(stopDeadline, deadline.signal).then(
      () => log.error('service did not stop in time', { service: service.name, stopDeadline }),
      () => {},
    );
    await Promise.race([done.catch(() => {}), late]);
    deadline.abort();
  }

  return {
    async start(services) {
      for (const service of services) await startOne(service);
    },
    async stop() {
      for (let next = running.pop(); next; next = running.pop()) await stopOne(next);
    },
  };
}
