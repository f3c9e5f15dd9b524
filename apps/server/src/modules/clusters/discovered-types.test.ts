import { type Clock, silentLogger } from '@pilothouse/core';
import type { ResourceType } from '@pilothouse/kube';
import { beforeEach, expect, test } from 'vitest';
import { podType } from '../resources/table/fake-resource-cache.ts';
import { createDiscoveredTypes, type DiscoveredTypes } from './discovered-types.ts';

let now = 0;
let answers: (readonly ResourceType[] | Error)[] = [];
let asked = 0;
let types: DiscoveredTypes;
const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
const list = (...names: string[]): ResourceType[] => names.map((plural) => ({ ...podType, plural }));
const namesOf = async (options?: { fresh?: boolean }) => (await types.list(options)).map((type) => type.plural);

beforeEach(() => {
  now = 0;
  asked = 0;
  types = createDiscoveredTypes({
    clock,
    log: silentLogger,
    async discover() {
      const answer = answers[Math.min(asked, answers.length - 1)];
      asked += 1;
      if (answer instanceof Error || !answer) throw answer ?? new Error('no answer');
      return answer;
    },
  });
});

test('is found out once for all who ask at the same time', async () => {
  answers = [list('pods')];
  expect(await Promise.all([namesOf(), namesOf(), namesOf()])).toEqual([['pods'], ['pods'], ['pods']]);
  expect(asked).toBe(1);
});

test('fails only while nothing is known; later what was known stays good', async () => {
  answers = [new Error('away'), list('pods'), new Error('away again')];
  await expect(types.list()).rejects.toThrow('away');
  expect(await namesOf()).toEqual(['pods']);
  expect(await namesOf({ fresh: true })).toEqual(['pods']);
  expect(asked).toBe(3);
});

test('is at hand at once when old, and new a moment later', async () => {
  answers = [list('pods'), list('pods', 'widgets')];
  await types.list();
  now += 11 * 60_000;
  expect(await namesOf()).toEqual(['pods']);
  await expect.poll(() => namesOf()).toEqual(['pods', 'widgets']);
});

test('is found out anew once after a burst of changed definitions', async () => {
  answers = [list('pods'), list('pods', 'widgets')];
  await types.list();
  for (let index = 0; index < 100; index += 1) types.changed();
  await expect.poll(() => namesOf()).toEqual(['pods', 'widgets']);
  expect(asked).toBe(2);
  types.close();
});
