import type { Readable } from 'node:stream';
import { createLogLineSplitter, type KubeObject } from '@pilothouse/kube';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ClusterUnderTest, eventually } from './cluster-under-test.ts';

/** What a pod does; the annotation says it to the simulated cluster, the command to a real one. */
function pod(name: string, script: string, behaviour: string, spec: object = {}) {
  return {
    metadata: { name, annotations: { 'kubesim.pilothouse.dev/behaviour': behaviour } },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [{ name: 'main', image: 'localhost/busybox:1', command: ['sh', '-c', script] }],
      ...spec,
    },
  };
}

type PodStatus = { phase?: string; containerStatuses?: { ready?: boolean; restartCount?: number }[] };
const statusOf = (object: KubeObject): PodStatus => (object.status ?? {}) as PodStatus;
const isReady = (object: KubeObject): boolean => statusOf(object).containerStatuses?.[0]?.ready === true;

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Logs and commands, where a node runs pods. */
export function podsContract(open: () => ClusterUnderTest): void {
  describe('logs', () => {
    it('are read with a tail, with timestamps, and followed until the container ends', async () => {
      const cluster = open();
      const { client, namespace } = cluster;
      await cluster.create(
        'pods',
        pod('talks', 'for i in 1 2 3 4 5 6; do echo line $i; sleep 1; done; exit 1', 'crash'),
      );
      await eventually(cluster, cluster.ref('pods', 'talks'), isReady);
      const followed = await client.logs({ namespace, pod: 'talks', follow: true, timestamps: true });
      const text = await textOf(followed);
      const splitter = createLogLineSplitter({ timestamps: true });
      const lines = [...splitter.push(Buffer.from(text)), ...splitter.end()];
      expect(lines.length).toBeGreaterThan(1);
      expect(lines.every((line) => line.timestamp !== undefined)).toBe(true);
      const stamps = lines.map((line) => line.timestamp ?? '');
      expect(stamps).toEqual(stamps.toSorted());

      // Across the restart: the new container has its own log, the old one is "previous".
      const hasRestarted = (object: KubeObject): boolean =>
        (statusOf(object).containerStatuses?.[0]?.restartCount ?? 0) > 0;
      await eventually(cluster, cluster.ref('pods', 'talks'), hasRestarted, 60_000);
      const previous = await textOf(await client.logs({ namespace, pod: 'talks', previous: true, timestamps: true }));
      expect(previous).not.toBe('');
      const tail = await textOf(await client.logs({ namespace, pod: 'talks', previous: true, tailLines: 1 }));
      expect(tail.trimEnd().split('\n')).toHaveLength(1);
    }, 120_000);

    it('of a container that is not there are refused with the reason', async () => {
      const cluster = open();
      const { client, namespace } = cluster;
      await cluster.create('pods', pod('quiet', 'sleep 100000', 'run'));
      await expect(client.logs({ namespace, pod: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
      await expect(client.logs({ namespace, pod: 'quiet', container: 'nope' })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    });

    it('stop when the follower goes away', async () => {
      const cluster = open();
      const { client, namespace } = cluster;
      await cluster.create('pods', pod('endless', 'while true; do echo tick; sleep 1; done', 'run'));
      await eventually(cluster, cluster.ref('pods', 'endless'), isReady);
      const abort = new AbortController();
      const stream = await client.logs({ namespace, pod: 'endless', follow: true, signal: abort.signal });
      setTimeout(() => abort.abort(), 100);
      await expect(textOf(stream)).rejects.toMatchObject({ name: 'AbortError' });
    });
  });

  describe('exec', () => {
    beforeAll(async () => {
      const cluster = open();
      await cluster.create('pods', pod('box', 'sleep 100000', 'run'));
      await eventually(cluster, cluster.ref('pods', 'box'), isReady, 60_000);
    });

    function exec(command: string[], options: { tty?: boolean; stdin?: boolean; signal?: AbortSignal } = {}) {
      const { client, namespace } = open();
      return client.exec({ namespace, pod: 'box', command, tty: false, stdin: false, ...options });
    }

    it('gives the output and the exit of a command', async () => {
      const session = await exec(['echo', 'hello']);
      expect(await textOf(session.stdout)).toBe('hello\n');
      expect(await session.exit).toEqual({ code: 0 });
    });

    it('gives the exit code of a command that fails', async () => {
      const session = await exec(['sh', '-c', 'exit 3']);
      expect(await session.exit).toMatchObject({ code: 3, message: expect.stringContaining('3') });
    });

    it('keeps output and errors apart', async () => {
      const session = await exec(['sh', '-c', 'echo out; echo err >&2']);
      const [out, err] = await Promise.all([textOf(session.stdout), textOf(session.stderr)]);
      expect([out, err]).toEqual(['out\n', 'err\n']);
    });

    it('of a command that does not exist fails', async () => {
      const session = await exec(['no-such-command']);
      expect((await session.exit).code).not.toBe(0);
    });

    it('in a pod or container that is not there is refused', async () => {
      const { client, namespace } = open();
      const ask = { namespace, command: ['echo'], tty: false, stdin: false };
      await expect(client.exec({ ...ask, pod: 'nobody' })).rejects.toMatchObject({ code: 'not_found' });
      await expect(client.exec({ ...ask, pod: 'box', container: 'nope' })).rejects.toMatchObject({
        code: 'invalid_input',
      });
    });

    it('passes megabytes through both ways while the reader is slow, and loses nothing', async () => {
      const session = await exec(['cat'], { stdin: true });
      const data = Buffer.alloc(3_000_000, '0123456789abcdef\n');
      const writing = (async () => {
        for (let from = 0; from < data.length; from += 100_000)
          await session.write(data.subarray(from, from + 100_000));
      })();
      let received = 0;
      let equal = true;
      for await (const chunk of session.stdout as AsyncIterable<Buffer>) {
        equal &&= chunk.equals(data.subarray(received, received + chunk.length));
        received += chunk.length;
        if (received % 7 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        if (received >= data.length) break;
      }
      await writing;
      expect({ received, equal }).toEqual({ received: data.length, equal: true });
      session.close();
    }, 60_000);

    it('with a terminal echoes, takes a new size, and ends with the shell', async () => {
      const session = await exec(['sh'], { tty: true, stdin: true });
      let output = '';
      session.stdout.on('data', (chunk: Buffer) => {
        output += chunk.toString('utf8');
      });
      session.resize(123, 45);
      await session.write(Buffer.from('echo $((40 + 2))\n'));
      await expect.poll(() => output, { timeout: 10_000 }).toMatch(/\r\n42\r\n/);
      await session.write(Buffer.from('exit 7\n'));
      expect(await session.exit).toMatchObject({ code: 7 });
    });

    it('ends when it is aborted', async () => {
      const abort = new AbortController();
      const session = await exec(['sleep', '1000'], { signal: abort.signal });
      abort.abort();
      await expect(session.exit).rejects.toMatchObject({ name: 'AbortError' });
      expect(await textOf(session.stdout)).toBe('');
    });
  });
}
