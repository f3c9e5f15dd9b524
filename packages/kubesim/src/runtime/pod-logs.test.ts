import type { Readable } from 'node:stream';
import type { KubeObject } from '@pilothouse/kube';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podOf, type TestCluster } from '../controllers/test-cluster.ts';
import type { PodLogRequest } from '../pod-runtime-port.ts';
import { nanoTime, parseNanoTime } from './log-stream.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster({ nodes: 1 });
});
afterEach(() => sim.close());

const pod = (name: string) => sim.get('pods', name) as KubeObject;
const request = (more: Partial<PodLogRequest> = {}): PodLogRequest => ({
  container: 'main',
  follow: false,
  previous: false,
  timestamps: false,
  ...more,
});
const read = async (name: string, more: Partial<PodLogRequest> = {}) =>
  textOf(sim.runtime.logs(pod(name), request(more)));

async function textOf(stream: Readable): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += chunk;
  return text;
}

const turns = async (count = 20) => {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
};

describe('the log of a running container', () => {
  beforeEach(async () => {
    sim.create('pods', podOf('web', 'acme/nginx:1'));
    await sim.advance(120);
  });

  it('ends with the same lines whether read whole or by its tail', async () => {
    const all = await read('web');
    const lines = all.trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(50);
    expect(await read('web', { tailLines: 5 })).toBe(`${lines.slice(-5).join('\n')}\n`);
    expect(await read('web', { tailLines: 0 })).toBe('');
    expect(await read('web', { tailLines: 100_000 })).toBe(all);
  });

  it('has only what is younger than sinceSeconds or sinceTime', async () => {
    const stamped = (await read('web', { timestamps: true })).trimEnd().split('\n');
    const border = sim.clock.now() - 30_000;
    const young = stamped.filter((line) => parseNanoTime(line.split(' ')[0] ?? '') >= border);
    expect((await read('web', { timestamps: true, sinceSeconds: 30 })).trimEnd().split('\n')).toEqual(young);
    expect(
      (await read('web', { timestamps: true, sinceTime: new Date(border).toISOString() })).trimEnd().split('\n'),
    ).toEqual(young);
    expect((await read('web', { timestamps: true, sinceSeconds: 30, tailLines: 2 })).trimEnd().split('\n')).toEqual(
      young.slice(-2),
    );
  });

  it('can be taken up again by the time of the last line, without gap or repeat', async () => {
    const before = (await read('web', { timestamps: true })).trimEnd().split('\n');
    const last = before.at(-1)?.split(' ')[0] ?? '';
    await sim.advance(20);
    const after = (await read('web', { timestamps: true, sinceTime: last })).trimEnd().split('\n');
    expect(after[0]).toBe(before.at(-1));
    expect([...before, ...after.slice(1)]).toEqual((await read('web', { timestamps: true })).trimEnd().split('\n'));
  });

  it('is cut off after limitBytes', async () => {
    const all = await read('web');
    expect(await read('web', { limitBytes: 333 })).toBe(all.slice(0, 333));
  });

  it('is followed until the container ends, and then the stream ends', async () => {
    const stream = sim.runtime.logs(pod('web'), request({ follow: true, tailLines: 1 }));
    let text = '';
    let ended = false;
    stream
      .on('data', (chunk) => {
        text += chunk;
      })
      .on('end', () => {
        ended = true;
      });
    await turns();
    const atFirst = text.split('\n').length;
    expect(atFirst).toBe(2);
    await sim.advance(10);
    await turns();
    expect(text.split('\n').length).toBeGreaterThan(atFirst + 4);
    expect(ended).toBe(false);
    sim.remove('pods', 'web');
    await sim.advance(10);
    await turns();
    expect(ended).toBe(true);
    expect(text).toContain('gracefully shutting down');
  });

  it('makes nothing for a reader that does not read', async () => {
    const stream = sim.runtime.logs(pod('web'), request({ follow: true }));
    await turns();
    await sim.advance(600);
    await turns();
    expect(stream.readableLength).toBeLessThan(300 * 1024);
    stream.destroy();
  });

  it('stops working when its reader goes away', async () => {
    const stream = sim.runtime.logs(pod('web'), request({ follow: true, tailLines: 0 }));
    stream.resume();
    await turns();
    stream.destroy();
    await turns();
    expect(sim.clock.nextWake()).toBeUndefined();
  });
});

describe('the log of a container that crashed', () => {
  beforeEach(async () => {
    sim.create('pods', podOf('crash', 'sim/crash:1'));
    await sim.advance(30);
  });

  it('is that of the last run while it waits, and of the run before with previous', async () => {
    expect(await read('crash')).toMatch(/"msg":"cannot start"[\s\S]*Error: configuration is not valid/);
    const previous = await read('crash', { previous: true });
    expect(previous).toContain('configuration is not valid');
  });

  it('refuses previous where there was none, in the kubelet’s words', async () => {
    sim.create('pods', podOf('web', 'acme/web:1'));
    await sim.advance(10);
    expect(() => sim.runtime.logs(pod('web'), request({ previous: true }))).toThrow(
      'previous terminated container "main" in pod "web" not found',
    );
  });
});

describe('the log of a container that does not run yet', () => {
  it.each([
    {
      image: 'sim/missing:1',
      seconds: 20,
      words: 'container "main" in pod "late" is waiting to start: trying and failing to pull image',
    },
    {
      image: 'acme/web:1',
      seconds: 0.01,
      words: 'container "main" in pod "late" is waiting to start: ContainerCreating',
    },
  ])('says $words', async ({ image, seconds, words }) => {
    sim.create('pods', podOf('late', image));
    await sim.advance(seconds);
    expect(() => sim.runtime.logs(pod('late'), request())).toThrow(words);
  });
});

describe('times with nanoseconds', () => {
  it('come back as they went', () => {
    const time = Date.parse('2026-05-04T10:00:00.123Z') + 0.456;
    expect(nanoTime(time)).toBe('2026-05-04T10:00:00.123456000Z');
    expect(parseNanoTime(nanoTime(time))).toBeCloseTo(time, 3);
    expect(parseNanoTime('2026-05-04T10:00:00Z')).toBe(Date.parse('2026-05-04T10:00:00Z'));
    expect(parseNanoTime('yesterday')).toBe(0);
  });
});
