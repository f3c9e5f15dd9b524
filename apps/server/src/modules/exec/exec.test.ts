import { Readable } from 'node:stream';
import type { ExecControl, TicketRequest } from '@pilothouse/contract';
import type { PodExecRequest, PodRuntimePort } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { grantOn, startTestRig, type TestRig } from '../resources/test-rig.ts';

let rig: TestRig;
let clusterId: string;
const sizes: { columns: number; rows: number }[] = [];
let produced = 0;

/** A machine with `sh` and no other shell, on which `echo`, `cat`, `flood` and `fail` can be run. */
async function runCommand({ command, stdin, stdout, stderr, resizes, signal }: PodExecRequest): Promise<number> {
  const [program = ''] = command;
  if (program === 'fail') {
    stderr.write('it failed\n');
    return 3;
  }
  if (program === 'flood') {
    const chunk = Buffer.alloc(64 * 1024, 'z');
    while (!signal.aborted) {
      produced += chunk.length;
      if (!stdout.write(chunk))
        await Promise.race([
          new Promise((resolve) => stdout.once('drain', resolve)),
          new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })),
        ]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return 0;
  }
  if (program !== 'sh' && program !== 'cat') return 127;
  if (program === 'sh') stdout.write('$ ');
  void (async () => {
    for await (const size of resizes) sizes.push(size);
  })();
  for await (const chunk of stdin) {
    const text = String(chunk);
    if (text.includes('exit')) return 7;
    stdout.write(`you said ${text}`);
  }
  return 0;
}

const runtime: PodRuntimePort = {
  logs: () => Readable.from([]),
  exec: (_pod, request) => runCommand(request),
  usage: () => undefined,
};

beforeAll(async () => {
  rig = await startTestRig({ execLimits: { idle: 1500 } });
  const { id } = await rig.addCluster('one', {
    runtime,
    controllers: false,
    seed({ store }) {
      for (const namespace of ['shop', 'bank']) {
        store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        store.create('pods', {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { namespace, name: 'web' },
          spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'app:1' }] },
        });
        store.update(
          'pods',
          { namespace, name: 'web' },
          (draft) => {
            draft.status = {
              phase: 'Running',
              containerStatuses: [
                { name: 'app', ready: true, restartCount: 0, image: '', imageID: '', state: { running: {} } },
              ],
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

type Shell = {
  socket: WebSocket;
  controls: ExecControl[];
  output: () => string;
  errors: () => string;
  closed: { status: number; reason: string } | undefined;
  type(text: string): void;
  control(message: ExecControl): void;
};

async function open(
  more: Partial<Extract<TicketRequest, { path: '/ws/exec' }>> = {},
  person = 'admin',
): Promise<Shell> {
  const socket = await rig.socket({ path: '/ws/exec', cluster: 'one', namespace: 'shop', pod: 'web', ...more }, person);
  const chunks: [channel: number, text: string][] = [];
  const textOf = (channel: number) => chunks.flatMap(([of, text]) => (of === channel ? [text] : [])).join('');
  const shell: Shell = {
    socket,
    controls: [],
    output: () => textOf(1),
    errors: () => textOf(2),
    closed: undefined,
    type: (text) => socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(text)])),
    control: (message) => socket.send(JSON.stringify(message)),
  };
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) chunks.push([data[0] ?? 0, data.subarray(1).toString()]);
    else shell.controls.push(JSON.parse(data.toString()));
  });
  socket.on('close', (status, reason) => {
    shell.closed = { status, reason: reason.toString() };
  });
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return shell;
}

const auditOf = async () =>
  (
    await rig.database.reader
      .selectFrom('audit_log')
      .selectAll()
      .where('verb', 'like', 'exec.%')
      .orderBy('seq')
      .execute()
  ).map((row) => [row.actor_name, row.verb, row.object, row.result]);

describe('a shell', () => {
  test('is the first there is, takes what is typed, is resized, and ends with the exit code', async () => {
    const shell = await open();
    await expect
      .poll(() => shell.controls[0], { timeout: 5000 })
      .toMatchObject({ type: 'started', container: 'app', command: ['sh'] });
    await expect.poll(() => shell.output()).toBe('$ ');
    shell.type('hello\n');
    await expect.poll(() => shell.output()).toContain('you said hello');
    shell.control({ type: 'resize', columns: 132, rows: 43 });
    await expect.poll(() => sizes).toContainEqual({ columns: 132, rows: 43 });
    shell.type('exit\n');
    await expect.poll(() => shell.closed).toMatchObject({ status: 1000, reason: 'exited: 7' });
    expect(shell.controls.at(-1)).toMatchObject({ type: 'exit', code: 7 });
    expect(await auditOf()).toEqual(
      expect.arrayContaining([
        ['admin@example.org', 'exec.start', 'one/pods/shop/web', 'allowed'],
        ['admin@example.org', 'exec.end', 'one/pods/shop/web', 'allowed'],
      ]),
    );
  });

  test('keeps what is typed before it has started', async () => {
    const shell = await open();
    shell.type('early\n');
    await expect.poll(() => shell.output(), { timeout: 5000 }).toContain('you said early');
    shell.socket.close();
  });

  test('that nobody uses is closed, and says so', async () => {
    const shell = await open({ command: ['cat'], tty: false });
    await expect
      .poll(() => shell.closed, { timeout: 6000 })
      .toMatchObject({ status: 1000, reason: expect.stringContaining('idle') });
    expect(shell.controls).toContainEqual(expect.objectContaining({ type: 'notice', code: 'idle' }));
  });

  test('answers a message that is none, and goes on', async () => {
    const shell = await open({ command: ['cat'], tty: false });
    await expect.poll(() => shell.controls.length).toBe(1);
    shell.socket.send('{"type":"resize","columns":-1,"rows":0}');
    shell.socket.send(Buffer.from([9, 1, 2]));
    await expect.poll(() => shell.controls.filter((control) => control.type === 'notice')).toHaveLength(2);
    shell.type('still here');
    await expect.poll(() => shell.output()).toContain('still here');
    shell.socket.close();
  });
});

describe('a command', () => {
  test('has its errors on a channel of their own', async () => {
    const shell = await open({ command: ['fail'], tty: false });
    await expect.poll(() => shell.closed).toMatchObject({ reason: 'exited: 3' });
    expect(shell.errors()).toBe('it failed\n');
  });

  test('ends when its input ends', async () => {
    const shell = await open({ command: ['cat'], tty: false });
    await expect.poll(() => shell.controls.length).toBe(1);
    shell.type('last words');
    shell.control({ type: 'end-input' });
    await expect.poll(() => shell.closed).toMatchObject({ reason: 'exited: 0' });
    expect(shell.output()).toBe('you said last words');
  });

  test('that prints without end waits for a browser that does not read', async () => {
    const shell = await open({ command: ['flood'], tty: false });
    await expect.poll(() => shell.controls.length).toBe(1);
    shell.socket.pause();
    const settled = async () => {
      const before = produced;
      await new Promise((resolve) => setTimeout(resolve, 200));
      return before === produced;
    };
    await expect.poll(settled, { timeout: 10_000 }).toBe(true);
    expect(produced).toBeLessThan(128 * 1024 * 1024);
    shell.socket.terminate();
  });
});

describe('who may open a shell', () => {
  const refused = async (more: Parameters<typeof open>[0], person: string) =>
    open(more, person).then(
      () => 'opened',
      (error: { code: string }) => error.code,
    );

  test('an operator in their namespaces, a viewer nowhere', async () => {
    rig.person('olga', grantOn(clusterId, 'operator', ['shop']));
    rig.person('vera', grantOn(clusterId, 'viewer'));
    expect(await refused({ namespace: 'bank' }, 'olga')).toBe('not_found');
    expect(await refused({}, 'vera')).toBe('permission_denied');
    const shell = await open({ command: ['cat'], tty: false }, 'olga');
    await expect.poll(() => shell.controls[0]).toMatchObject({ type: 'started' });
    shell.socket.close();
  });

  test('nobody whose share was revoked meanwhile', async () => {
    const olga = rig.person('olga', grantOn(clusterId, 'operator', ['shop']));
    const shell = await open({ command: ['cat'], tty: false }, 'olga');
    await expect.poll(() => shell.controls.length).toBe(1);
    olga.revoke();
    await expect
      .poll(() => shell.closed)
      .toMatchObject({ status: 1008, reason: expect.stringContaining('access_changed') });
  });

  test('nobody where the cluster itself says no, and that is recorded', async () => {
    const narrow = await rig.addCluster('narrow', {
      runtime,
      users: [
        {
          name: 'reader',
          token: 'reads-only',
          rules: [
            {
              verbs: ['get', 'list', 'watch', 'create'],
              apiGroups: ['*'],
              resources: ['pods', 'namespaces', 'selfsubjectaccessreviews', 'selfsubjectrulesreviews'],
            },
            { verbs: ['get'], nonResourceURLs: ['*'] },
          ],
        },
      ],
      controllers: false,
      seed({ store }) {
        store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
        store.create('pods', {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { namespace: 'shop', name: 'web' },
          spec: { nodeName: 'n1', containers: [{ name: 'app', image: 'app:1' }] },
        });
      },
    });
    expect(narrow.id).toBeDefined();
    const shell = await open({ cluster: 'narrow' });
    await expect
      .poll(() => shell.closed)
      .toMatchObject({ status: 1008, reason: expect.stringContaining('cluster_denied') });
    expect(await auditOf()).toContainEqual(['admin@example.org', 'exec.start', 'narrow/pods/shop/web', 'denied']);
  });

  test('and a pod that is not there has none', async () => {
    const shell = await open({ pod: 'nope' });
    await expect.poll(() => shell.closed).toMatchObject({ status: 1008, reason: expect.stringContaining('not_found') });
  });
});
