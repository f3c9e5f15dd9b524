import { chanceFrom, hash32 } from './chance.ts';

const minute = 60_000;

/**
 * How busy the simulated world is at a moment (milliseconds since the epoch): about 1 on average, between 0.3 and 2.2. A day's swing,
 * waves of some minutes and a rush now and then; the same moment always has the same traffic, so logs, usage and autoscaling agree.
 */
export function trafficAt(time: number): number {
  const day = Math.sin(((time / (24 * 60 * minute)) % 1) * 2 * Math.PI - Math.PI / 2) * 0.15;
  const waves = Math.sin(time / (3.1 * minute)) * 0.18 + Math.sin(time / (1.3 * minute)) * 0.07;
  return Math.max(0.3, 0.95 + day + waves + rushAt(time));
}

const rushEvery = 14 * minute;

/** One rush per quarter of an hour or so, three to five minutes long, at a time and of a size of its own. */
function rushAt(time: number): number {
  const slot = Math.floor(time / rushEvery);
  const chance = chanceFrom(hash32(`rush/${slot}`));
  const begin = slot * rushEvery + chance() * (rushEvery - 6 * minute);
  const length = (3 + 2 * chance()) * minute;
  const size = 0.35 + chance() * 0.65;
  const at = (time - begin) / length;
  return at < 0 || at > 1 ? 0 : Math.sin(at * Math.PI) * size;
}
