// @vitest-environment node
import { appError } from '@pilothouse/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLogFollower, type LogQuery, type LogState } from './log-follower.ts';

type Opened = {
  query: LogQuery & { sinceTime?: string };
  say(...texts: string[]): void;
  end(): void;
  breakOff(): void;
};

/** A log whose streams the test writes, one line after the other. */
function setUp(query: LogQuery = { follow: true, tailLines: 100 }) {
  const opened: Opened[] = [];
  const texts: string[] = [];
  const states: LogState[] = [];
  const follower = createLogFollower({
    query,
    batchMilliseconds: 10,
    onLines: (lines) => texts.push(...lines.map((line) => line.text)),
    onState: (state) => states.push(state),
    open: async (asked, signal) => {
      const stream = new TransformStream<string>();
      const writer = stream.writable.getWriter();
      signal.addEventListener('abort', () => void writer.abort().catch(() => {}));
      opened.push({
        query: asked,
        say: (...lines) => {
          for (const line of lines) void writer.write(line).catch(() => {});
        },
        end: () => void writer.write(JSON.stringify({ type: 'end' })).then(() => writer.close()),
        breakOff: () => void writer.close(),
      });
      return stream.readable;
    },
  });
  const settle = () => vi.advanceTimersByTimeAsync(50);
  return { follower, opened, texts, states, settle };
}

const at = (time: string, text: string) => JSON.stringify({ type: 'line', at: time, text, container: 'web' });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a followed log', () => {
  it('hands on lines in order', async () => {
    const { opened, texts, states, settle } = setUp();
    await settle();
    opened[0]?.say(at('2026-01-01T00:00:00.1Z', 'one'), at('2026-01-01T00:00:00.2Z', 'two'));
    await settle();
    expect(texts).toEqual(['one', 'two']);
    expect(states.at(-1)).toBe('following');
  });

  it('goes on after a broken connection without a gap or a repeated line', async () => {
    const { opened, texts, settle } = setUp();
    await settle();
    opened[0]?.say(
      at('2026-01-01T00:00:05.1Z', 'one'),
      at('2026-01-01T00:00:05.2Z', 'two'),
      at('2026-01-01T00:00:05.2Z', 'two again'),
    );
    await settle();
    opened[0]?.breakOff();
    await vi.advanceTimersByTimeAsync(2000);
    expect(opened[1]?.query).toEqual({ follow: true, sinceTime: '2026-01-01T00:00:05.2Z' });
    // Kubernetes counts sinceTime in whole seconds, so the last second comes again.
    opened[1]?.say(
      at('2026-01-01T00:00:05.1Z', 'one'),
      at('2026-01-01T00:00:05.2Z', 'two'),
      at('2026-01-01T00:00:05.2Z', 'two again'),
      at('2026-01-01T00:00:05.2Z', 'three'),
      at('2026-01-01T00:00:06.0Z', 'four'),
    );
    await settle();
    expect(texts).toEqual(['one', 'two', 'two again', 'three', 'four']);
  });

  it('shows equal lines of one moment that come in one stream', async () => {
    const { opened, texts, settle } = setUp();
    await settle();
    opened[0]?.say(at('2026-01-01T00:00:05.1Z', 'same'), at('2026-01-01T00:00:05.1Z', 'same'));
    await settle();
    expect(texts).toEqual(['same', 'same']);
  });

  it('stands still while it is paused and goes on from there', async () => {
    const { follower, opened, texts, states, settle } = setUp();
    await settle();
    opened[0]?.say(at('2026-01-01T00:00:05.1Z', 'one'));
    await settle();
    follower.pause();
    await settle();
    expect(states.at(-1)).toBe('paused');
    expect(opened).toHaveLength(1);
    follower.resume();
    await settle();
    expect(opened[1]?.query.sinceTime).toBe('2026-01-01T00:00:05.1Z');
    opened[1]?.say(at('2026-01-01T00:00:05.1Z', 'one'), at('2026-01-01T00:00:09Z', 'two'));
    await settle();
    expect(texts).toEqual(['one', 'two']);
  });

  it('ends when the server says that the log is complete', async () => {
    const { opened, states, settle } = setUp();
    await settle();
    opened[0]?.end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toBe('ended');
    expect(opened).toHaveLength(1);
  });

  it('gives up where asking again would not help', async () => {
    const states: [LogState, unknown][] = [];
    const refused = appError('permission_denied', 'no');
    const open = vi.fn(async () => {
      throw refused;
    });
    createLogFollower({
      query: { follow: true },
      open,
      onLines() {},
      onState: (state, error) => states.push([state, error]),
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(states.at(-1)).toEqual(['failed', refused]);
    expect(open).toHaveBeenCalledTimes(1);
  });

  it('keeps trying while the cluster does not answer', async () => {
    const open = vi.fn(async () => {
      throw appError('cluster_unreachable', 'no answer');
    });
    const follower = createLogFollower({ query: { follow: true }, open, onLines() {}, onState() {} });
    await vi.advanceTimersByTimeAsync(20_000);
    expect(open.mock.calls.length).toBeGreaterThan(3);
    follower.close();
  });
});
