import { describe, expect, it } from 'vitest';
import type { Clock } from './clock.ts';
import { silentLogger } from './logger.ts';
import { createSupervisor, type Service } from './supervisor.ts';

/** A clock whose sleeps end only when the test says so. */
function createManualClock() {
  let time = 0;
  const sleepers: { until: number; resolve: () => void }[] = [];
  const clock: Clock = {
    now: () => time,
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ until: time + milliseconds, resolve });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  async function advance(milliseconds: number) {
    time += milliseconds;
    for (const sleeper of sleepers.filter((each) => each.until <= time)) sleeper.resolve();
    await new Promise(setImmediate);
  }
  return { clock, advance };
}

function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function recording(name: string, journal: string[]): Service {
  return {
    name,
    async run(signal, ready) {
      journal.push(`${name} starts`);
      ready();
      await until(signal);
      journal.push(`${name} stops`);
    },
  };
}

describe('supervisor', () => {
  it('starts services in order, each when the one before is ready, and stops them in reverse', async () => {
    const journal: string[] = [];
    const supervisor = createSupervisor({ log: silentLogger });
    await supervisor.start([recording('first', journal), recording('second', journal)]);
    await supervisor.stop();
    expect(journal).toEqual(['first starts', 'second starts', 'second stops', 'first stops']);
  });

  it('starts a failing service again after a backoff that grows', async () => {
    const { clock, advance } = createManualClock();
    let runs = 0;
    const supervisor = createSupervisor({ log: silentLogger, clock });
    await supervisor.start([
      {
        name: 'flaky',
        run: async (_signal, ready) => {
          runs += 1;
          ready();
          throw new Error('boom');
        },
      },
    ]);
    expect(runs).toBe(1);
    await advance(250);
    expect(runs).toBe(2);
    await advance(250);
    expect(runs).toBe(2);
    await advance(250);
    expect(runs).toBe(3);
    await supervisor.stop();
  });

  it('fails the start, by name, when a service does not become ready in time', async () => {
    const { clock, advance } = createManualClock();
    const supervisor = createSupervisor({ log: silentLogger, clock, startDeadline: 1000 });
    const start = supervisor.start([{ name: 'stuck', run: (signal) => until(signal) }]);
    const outcome = expect(start).rejects.toThrow('stuck was not ready within 1000 ms');
    await advance(1000);
    await outcome;
    await supervisor.stop();
  });

  it('leaves a service behind that does not stop, and goes on stopping the rest', async () => {
    const { clock, advance } = createManualClock();
    const journal: string[] = [];
    const supervisor = createSupervisor({ log: silentLogger, clock, stopDeadline: 1000 });
    await supervisor.start([
      recording('polite', journal),
      {
        name: 'deaf',
        run: (_signal, ready) => {
          ready();
          return new Promise(() => {});
        },
      },
    ]);
    const stop = supervisor.stop();
    await advance(1000);
    await stop;
    expect(journal).toEqual(['polite starts', 'polite stops']);
  });
});
