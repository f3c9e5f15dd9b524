import { Readable } from 'node:stream';
import type { LogMessage } from '@pilothouse/contract';
import { appError, type Clock } from '@pilothouse/core';
import type { KubeClient, KubeObject, LogOptions } from '@pilothouse/kube';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalTimestamp } from './log-timestamp.ts';
import { streamPodLog } from './pod-log-stream.ts';

const instantClock: Clock = {
  now: () => Date.parse('2026-01-01T00:01:00Z'),
  sleep: () => new Promise((resolve) => setImmediate(resolve)),
};

type Line = [at: string, text: string];

/** One container whose earlier and present lines are given; `breaks` cuts streams after so many lines. */
function fakeContainer(script: { breakAfter?: number[]; instances: Line[][]; willRestart?: boolean }) {
  let instance = 0;
  const breaks = [...(script.breakAfter ?? [])];
  const asked: LogOptions[] = [];
  const client = {
    async logs(options: LogOptions): Promise<Readable> {
      asked.push(options);
      const lines = script.instances[options.previous ? instance - 1 : instance] ?? [];
      const from = options.sinceTime ? `${options.sinceTime.slice(0, 19)}Z` : '';
      const chosen = lines.filter(([at]) => `${at.slice(0, 19)}Z` >= from);
      const cut = options.follow ? breaks.shift() : undefined;
      const text = chosen
        .slice(0, cut)
        .map(([at, line]) => `${at} ${line}\n`)
        .join('');
      if (options.follow && cut === undefined && instance < script.instances.length - 1) instance += 1;
      else if (options.follow && cut === undefined) ended = true;
      return Readable.from(text === '' ? [] : [Buffer.from(text)]);
    },
  } as unknown as KubeClient;
  let ended = false;
  const readPod = async (): Promise<KubeObject> => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web' },
    spec: { restartPolicy: script.willRestart ? 'Always' : 'Never', containers: [{ name: 'app' }] },
    status: {
      phase: ended ? 'Succeeded' : 'Running',
      containerStatuses: [
        { name: 'app', restartCount: instance, state: ended ? { terminated: { exitCode: 0 } } : { running: {} } },
      ],
    },
  });
  return { client, readPod, asked };
}

async function collect(
  script: Parameters<typeof fakeContainer>[0],
  request: { follow?: boolean; tailLines?: number } = { follow: true },
) {
  const { client, readPod, asked } = fakeContainer(script);
  const messages: LogMessage[] = [];
  const deps = { client, readPod, clock: instantClock, signal: new AbortController().signal };
  for await (const batch of streamPodLog({ namespace: 'n', pod: 'web', container: 'app', ...request }, deps))
    messages.push(...batch);
  return { messages, asked, texts: messages.flatMap((message) => (message.type === 'line' ? [message.text] : [])) };
}

const at = (nanoseconds: number) =>
  `2026-01-01T00:00:${String(Math.floor(nanoseconds / 1e9)).padStart(2, '0')}.${String(nanoseconds % 1e9).padStart(9, '0')}Z`;

describe('following a log', () => {
  test('has every line once when the connection drops anywhere and the container restarts', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer({ min: 0, max: 900_000_000 }), { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 5 }),
        async (gaps, breakAfter) => {
          let now = 0;
          let number = 0;
          const instances = gaps.map((instance) => {
            // A container takes at least this long to come back.
            now += 1_000_000;
            return instance.map((gap): Line => {
              now += gap;
              number += 1;
              return [at(now), `line ${number}`];
            });
          });
          const { texts, messages } = await collect({ instances, breakAfter, willRestart: true });
          expect(texts).toEqual(instances.flat().map(([, text]) => text));
          expect(messages.at(-1)).toEqual({ type: 'end' });
        },
      ),
    );
  });

  test('keeps lines that share a timestamp apart, and equal lines too', async () => {
    const lines: Line[] = [
      [at(1), 'same'],
      [at(1), 'same'],
      [at(1), 'same'],
      [at(2), 'after'],
    ];
    const { texts } = await collect({ instances: [lines], breakAfter: [2, 3] });
    expect(texts).toEqual(['same', 'same', 'same', 'after']);
  });

  test('does not replay the whole log after a break when only new lines were asked for', async () => {
    const { asked } = await collect({ instances: [[]], breakAfter: [0, 0] }, { follow: true, tailLines: 0 });
    expect(asked[0]).toMatchObject({ tailLines: 0 });
    expect(asked[1]).toMatchObject({ sinceTime: '2026-01-01T00:01:00.000Z' });
  });

  test('says that the container restarted', async () => {
    const { messages } = await collect({ instances: [[[at(1), 'a']], [[at(2), 'b']]], willRestart: true });
    expect(messages.map((message) => (message.type === 'notice' ? message.code : message.type))).toEqual([
      'line',
      'container_restarted',
      'line',
      'end',
    ]);
  });

  test('fails at once when the cluster refuses before the first line', async () => {
    const client = { logs: () => Promise.reject(appError('cluster_denied', 'no')) } as unknown as KubeClient;
    const { readPod } = fakeContainer({ instances: [[]] });
    const deps = { client, readPod, clock: instantClock, signal: new AbortController().signal };
    await expect(
      streamPodLog({ namespace: 'n', pod: 'web', container: 'app', follow: true }, deps).next(),
    ).rejects.toMatchObject({ code: 'cluster_denied' });
  });
});

describe('log lines', () => {
  test('of a megabyte are cut and say by how much; bytes that are no text are replaced', async () => {
    const long = 'x'.repeat(1024 * 1024);
    const client = {
      logs: async () =>
        Readable.from([
          Buffer.concat([
            Buffer.from(`${at(1)} ${long}\n${at(2)} `),
            Buffer.from([0xff, 0x1b, 0x5b]),
            Buffer.from(' <b>\n'),
          ]),
        ]),
    } as unknown as KubeClient;
    const { readPod } = fakeContainer({ instances: [[]] });
    const messages: LogMessage[] = [];
    const deps = { client, readPod, clock: instantClock, signal: new AbortController().signal };
    for await (const batch of streamPodLog({ namespace: 'n', pod: 'web', container: 'app' }, deps))
      messages.push(...batch);
    const [first, second] = messages;
    expect(first?.type === 'line' && first.text.length + (first.truncated ?? 0)).toBe(long.length);
    expect(second).toMatchObject({ type: 'line', text: '\ufffd\u001b[ <b>' });
  });

  test.each([
    ['2026-01-01T00:00:00Z', '2026-01-01T00:00:00.000000000Z'],
    ['2026-01-01T00:00:00.5Z', '2026-01-01T00:00:00.500000000Z'],
    ['2026-01-01T02:00:00.123456789+02:00', '2026-01-01T00:00:00.123456789Z'],
    ['2026-01-01', undefined],
    ['hello', undefined],
  ])('the time %s reads as %s', (text, expected) => {
    expect(normalTimestamp(text)).toBe(expected);
  });
});
