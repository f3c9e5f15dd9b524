// @vitest-environment node
import { messageOf } from '@pilothouse/core';
import { describe, expect, it } from 'vitest';
import { type ItemState, runEach } from './run-each.ts';

function collect() {
  let states: readonly ItemState[] = [];
  return { onChange: (next: readonly ItemState[]) => (states = next), states: () => states };
}

describe('one act on many objects', () => {
  it('tells how each went; one that fails keeps no other from being done', async () => {
    const { onChange, states } = collect();
    const act = async (item: number) => {
      if (item === 2) throw new Error('forbidden');
    };
    await runEach([1, 2, 3], act, { signal: new AbortController().signal, onChange, messageOf });
    expect(states()).toEqual([{ state: 'done' }, { state: 'failed', error: 'forbidden' }, { state: 'done' }]);
  });

  it('does a few at a time', async () => {
    let running = 0;
    let most = 0;
    const act = async () => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
    };
    await runEach([...Array(20).keys()], act, {
      signal: new AbortController().signal,
      onChange() {},
      messageOf,
      atOnce: 3,
    });
    expect(most).toBe(3);
  });

  it('leaves the rest alone once it is stopped', async () => {
    const { onChange, states } = collect();
    const abort = new AbortController();
    const act = async (item: number) => {
      if (item === 2) abort.abort();
    };
    await runEach([1, 2, 3, 4], act, { signal: abort.signal, onChange, messageOf, atOnce: 1 });
    expect(states().map((item) => item.state)).toEqual(['done', 'done', 'cancelled', 'cancelled']);
  });
});
