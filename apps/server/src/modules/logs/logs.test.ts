import { PassThrough, Readable } from 'node:stream';
import { type LogMessage, resourceRoutes } from '@pilothouse/contract';
import type { PodRuntimePort } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantOn, startTestRig, type TestRig } from '../resources/test-rig.ts';

let rig: TestRig;
let clusterId: string;
/** What the container writes next, and how much of it was taken. */
let written = 0;

const stamp = (index: number) => `2026-01-01T00:00:00.${String(index).padStart(9, '0')}Z`;

const runtime: PodRuntimePort = {
  logs(_pod, { container, follow, tailLines }) {
    if (container === 'flood') return flood();
    if (container === 'strange')
      return Readable.from([
        Buffer.concat([
          Buffer.from(`${stamp(1)} ${'x'.repeat(1024 * 1024)}\n`),
          Buffer.from(`${stamp(2)} `),
          Buffer.from([0xff, 0xfe, 0x00]),
          Buffer.from(` \u001b[31m<script>alert(1)</script>\n`),
        ]),
      ]);
    const lines = [1, 2, 3, 4]
      .map((index) => `${stamp(index)} line ${index}\n`)
      .slice(tailLines === undefined ? 0 : -tailLines);
    if (!follow) return Readable.from(lines);
    const stream = new PassThrough();
    for (const line of lines) stream.write(line);
    setTimeout(() => stream.write(`${stamp(9)} live\n`), 50);
    return stream;
  },
  exec: async () => 0,
  usage: () => undefined,
};

/** A container that writes as fast as it is read. */
function flood(): Readable {
  const chunk = Buffer.from(`${stamp(1)} ${'y'.repeat(1000)}\n`.repeat(60));
  return new Readable({
    read() {
      written += chunk.length;
      this.push(chunk);
    },
  });
}

beforeAll(async () => {
  rig = await startTestRig();
  const { id } = await rig.addCluster('one', {
    runtime,
    controllers: false,
    seed({ store }) {
      for (const namespace of ['shop', 'bank']) {
        store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        const containers = ['app', 'flood', 'strange'].map((name) => ({ name, image: 'app:1' }));
        store.create('pods', {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { namespace, name: 'web' },
          spec: { nodeName: 'n1', containers },
        });
        store.update(
          'pods',
          { namespace, name: 'web' },
          (draft) => {
            draft.status = {
              phase: 'Running',
              containerStatuses: containers.map(({ name }) => ({
                name,
                ready: true,
                restartCount: 0,
                image: 'app:1',
                imageID: '',
                state: { running: {} },
              })),
            };
          },
          { subresource: 'status' },
        );
      }
    },
  });
  clusterId = id;
});
afterAll(() => rig.stop());

const lines = (query: object, options: { person?: string; namespace?: string; signal?: AbortSignal } = {}) =>
  rig.client(options.person).lines(resourceRoutes.podLogs, {
    params: { cluster: 'one', namespace: options.namespace ?? 'shop', name: 'web' },
    query,
    ...(options.signal ? { signal: options.signal } : {}),
  });

async function collect(query: object): Promise<LogMessage[]> {
  const messages: LogMessage[] = [];
  for await (const line of await lines(query)) messages.push(JSON.parse(line));
  return messages;
}

const textsOf = (messages: LogMessage[]) =>
  messages.flatMap((message) => (message.type === 'line' ? [message.text] : []));

describe('the log of a pod', () => {
  test('is whole and says that it is complete', async () => {
    const messages = await collect({});
    expect(textsOf(messages)).toEqual(['line 1', 'line 2', 'line 3', 'line 4']);
    expect(messages[0]).toEqual({ type: 'line', at: stamp(1), text: 'line 1', container: 'app' });
    expect(messages.at(-1)).toEqual({ type: 'end' });
  });

  test('is its last lines where so many are asked for', async () => {
    expect(textsOf(await collect({ tailLines: 2 }))).toEqual(['line 3', 'line 4']);
  });

  test('follows what is written', async () => {
    const abort = new AbortController();
    const seen: string[] = [];
    for await (const line of await lines({ follow: true, tailLines: 1 }, { signal: abort.signal })) {
      const message = JSON.parse(line) as LogMessage;
      if (message.type === 'line') seen.push(message.text);
      if (seen.includes('live')) break;
    }
    expect(seen).toEqual(['line 4', 'live']);
  });

  test('survives a line of a megabyte, bytes that are no text, and terminal escapes', async () => {
    const [long, strange] = (await collect({ container: 'strange' })) as { text: string; truncated?: number }[];
    expect((long?.text.length ?? 0) + (long?.truncated ?? 0)).toBe(1024 * 1024);
    expect(long?.text.length).toBeLessThanOrEqual(256 * 1024);
    expect(strange?.text).toBe('\ufffd\ufffd\u0000 \u001b[31m<script>alert(1)</script>');
  });

  test.each([
    ['container', { container: 'nope' }, 'shop'],
    ['pod', {}, 'nowhere'],
  ])('of a %s that is not there is not found', async (_name, query, namespace) => {
    await expect(lines(query, { namespace })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is read only where a share reaches, and ends when it is revoked', async () => {
    const nina = rig.person('nina', grantOn(clusterId, 'viewer', ['shop']));
    await expect(lines({}, { person: 'nina', namespace: 'bank' })).rejects.toMatchObject({ code: 'not_found' });
    const stream = await lines({ follow: true }, { person: 'nina' });
    expect((await stream.next()).done).toBe(false);
    nina.revoke();
    const rest: string[] = [];
    for await (const line of stream) rest.push(line);
    expect(rest.some((line) => JSON.parse(line).type === 'end')).toBe(false);
  });

  test('is not read from the cluster while nobody reads it from us', async () => {
    written = 0;
    const abort = new AbortController();
    const answer = await rig.fetch('/api/v1/clusters/one/pods/shop/web/logs?follow=true&container=flood', {
      signal: abort.signal,
    });
    const reader = answer.body?.getReader();
    await reader?.read();
    const settled = async () => {
      const before = written;
      await new Promise((resolve) => setTimeout(resolve, 150));
      return written === before;
    };
    await expect.poll(settled, { timeout: 10_000 }).toBe(true);
    const stalledAt = written;
    expect(stalledAt).toBeLessThan(64 * 1024 * 1024);
    for (let chunks = 0; chunks < 200; chunks += 1) await reader?.read();
    await expect.poll(() => written > stalledAt).toBe(true);
    abort.abort();
  });
});
