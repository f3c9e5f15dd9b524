// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogRing } from './log-ring.ts';

const line = (text: string) => ({ text, level: 'none' as const, container: 'web' });

describe('the ring of log lines', () => {
  it('keeps the newest lines and counts what it dropped', () => {
    const ring = createLogRing(3);
    ring.push(['a', 'b', 'c', 'd', 'e'].map(line));
    expect(ring.size).toBe(3);
    expect(ring.dropped).toBe(2);
    expect([0, 1, 2].map((index) => ring.at(index)?.text)).toEqual(['c', 'd', 'e']);
    expect(ring.at(3)).toBeUndefined();
  });

  it('finds text whatever its case', () => {
    const ring = createLogRing(10);
    ring.push(['GET /cart', 'post /pay', 'get /'].map(line));
    expect(ring.find('get')).toEqual([0, 2]);
    expect(ring.find('')).toEqual([]);
  });

  it('gives its text for download, with times when they are wanted', () => {
    const ring = createLogRing(10);
    ring.push([{ ...line('a'), at: '2026-01-01T00:00:00Z' }, line('b')]);
    expect(ring.text(false)).toBe('a\nb\n');
    expect(ring.text(true)).toBe('2026-01-01T00:00:00Z a\nb\n');
  });

  it('holds the last lines in order and numbers them without a gap, however they come', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.array(fc.string(), { maxLength: 30 }), { maxLength: 10 }),
        (capacity, batches) => {
          const ring = createLogRing(capacity);
          for (const batch of batches) ring.push(batch.map(line));
          const all = batches.flat();
          const kept = Array.from({ length: ring.size }, (_, index) => ring.at(index));
          expect(kept.map((each) => each?.text)).toEqual(all.slice(-capacity));
          expect(kept.map((each) => each?.seq)).toEqual(kept.map((_, index) => all.length - kept.length + index));
        },
      ),
    );
  });
});
