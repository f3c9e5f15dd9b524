import type { Clock } from '@pilothouse/core';
import type { Pace } from '../controllers/controller-deps.ts';
import { createSteppedClock, playUntil } from '../controllers/stepped-clock.ts';
import type { WorkScheduler } from '../controllers/work-scheduler.ts';

/** Something that happened `ago` milliseconds before now. `settle` is how long the cluster lives through its consequences (default 3 minutes). */
export type HistoryStep = { ago: number; settle?: number; happen: () => void };

/** The controllers' side of playing a past. */
export type Player = { work: WorkScheduler; pace: Pace };

/** Of what is longer ago than Events last, only the outcome matters. */
const eventLife = 3_600_000;

/** A clock that can play the past first and is then the live one. */
export type PlayedClock = Clock & {
  /** Plays the steps, oldest first, and goes live. Time between a settled step and the next is skipped, unless the next is near. */
  play(player: Player, steps: readonly HistoryStep[]): Promise<void>;
};

const defaultSettle = 3 * 60_000;

export function createPlayedClock(live: Clock): PlayedClock {
  let past: ReturnType<typeof createSteppedClock> | undefined;
  return {
    now: () => (past ?? live).now(),
    sleep: (milliseconds, signal) => (past ?? live).sleep(milliseconds, signal),
    async play({ work, pace }, steps) {
      const present = live.now();
      const ordered = [...steps].sort((a, b) => b.ago - a.ago);
      const clock = createSteppedClock(present - (ordered[0]?.ago ?? 0));
      past = clock;
      for (const [index, step] of ordered.entries()) {
        const next = present - (ordered[index + 1]?.ago ?? 0);
        pace.hasty = step.ago > eventLife;
        step.happen();
        await playUntil({ clock, work }, Math.min(next, clock.now() + (step.settle ?? defaultSettle)));
        clock.set(next);
      }
      past = undefined;
    },
  };
}
