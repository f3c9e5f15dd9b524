import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createResume } from './read-log.ts';

describe('resuming a followed log', () => {
  it('hands every line on once, wherever the connection breaks', () => {
    const lines = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 30 }).map((steps) => {
      let at = 0;
      return steps.map((step, index) => {
        at += step;
        return { at: `2026-01-01T00:00:00.${String(at).padStart(9, '0')}Z`, text: String(index) };
      });
    });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(30), { maxLength: 5 }), (log, breaks) => {
        const resume = createResume();
        const got: string[] = [];
        for (const stop of [...breaks, log.length]) {
          const from = resume.last;
          resume.reopened();
          // The server starts at the time of the last line, that line included.
          const rest = log.filter(({ at }) => from === undefined || at >= from);
          for (const { at, text } of rest.slice(0, stop)) if (resume.accept(at)) got.push(text);
        }
        const seen = got.map(Number);
        expect(seen).toEqual([...seen].sort((a, b) => a - b));
        expect(new Set(seen).size).toBe(seen.length);
        expect(seen).toEqual(seen.map((_, index) => index));
      }),
    );
  });
});
