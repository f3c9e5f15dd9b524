import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { healthStatuses } from '../health-status.ts';
import type { KubeObject } from '../kube-object.ts';
import { health, reviewHealth } from './health.ts';
import { healthRules } from './health-rules.ts';

/**
 * Each file in testdata/<kind>/ is one case: an object, and in comments at its top what is expected of it (`expect: status Reason`),
 * when that changes by itself (`review:`), the time it is looked at (`now:`, else noon) and its storage class's binding mode.
 */
const folder = join(import.meta.dirname, 'testdata');
const noon = '2026-01-01T12:00:00Z';

function caseOf(file: string) {
  const text = readFileSync(file, 'utf8');
  const field = (name: string): string | undefined => new RegExp(`^# ${name}: (.*)$`, 'm').exec(text)?.[1];
  const [status, reason] = (field('expect') ?? '').split(' ');
  const review = field('review');
  const binding = field('binding');
  return {
    object: parse(text) as KubeObject,
    expected: { status, reason, message: expect.stringMatching(/\S/) as string },
    reviewAt: review === undefined ? undefined : Date.parse(review),
    context: { now: Date.parse(field('now') ?? noon), ...(binding ? { volumeBindingMode: () => binding } : {}) },
  };
}

for (const kind of readdirSync(folder)) {
  describe(`the health of a ${kind.replaceAll('-', ' ')}`, () => {
    const files = readdirSync(join(folder, kind));
    it('has at least two cases', () => expect(files.length).toBeGreaterThanOrEqual(2));
    it.each(files.map((file) => basename(file, '.yaml')))('%s', (name) => {
      const { object, expected, reviewAt, context } = caseOf(join(folder, kind, `${name}.yaml`));
      const verdict = reviewHealth(object, context);
      expect(verdict.health).toEqual(expected);
      expect(verdict.reviewAt).toBe(reviewAt);
      if (reviewAt === undefined) return;
      // What it announces it keeps: another answer at that time, and not before.
      expect(health(object, { ...context, now: reviewAt }).status).not.toBe(expected.status);
      expect(health(object, { ...context, now: reviewAt - 1 }).status).toBe(expected.status);
    });
  });
}

describe('health', () => {
  it('never throws, whatever an object says', () => {
    const kinds = fc.constantFrom(...healthRules.keys(), 'Widget.example.com');
    fc.assert(
      fc.property(kinds, fc.jsonValue(), fc.jsonValue(), (name, spec, status) => {
        const [kind = '', ...group] = name.split('.');
        const apiVersion = group.length > 0 ? `${group.join('.')}/v1` : 'v1';
        const object = { apiVersion, kind, metadata: { name: 'x', generation: 1 }, spec, status } as KubeObject;
        expect(healthStatuses).toContain(health(object).status);
      }),
    );
  });
});
