import { createHash, randomBytes } from 'node:crypto';
import type { ExecControl, TicketRequest } from '@pilothouse/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createRealWorld, describeReal, eventually, idle, pod, type RealWorld } from './real-world.ts';

describeReal('exec in a real container', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await createRealWorld();
    await world.make([pod('shell', idle), pod('bare', idle)].join('---'));
    for (const name of ['shell', 'bare'])
      await eventually(
        () => world.row('pods', name),
        (row) => row?.health.status === 'healthy',
        60_000,
      );
  });
  afterAll(() => world?.stop());
  const exec = (args: readonly string[], input?: string) =>
    world.run(['exec', '-n', world.namespace, ...args], input === undefined ? {} : { input });

  it.each([
    ['sh -c "exit 0"', 'exit 0', 0],
    ['sh -c "exit 1"', 'exit 1', 1],
    ['sh -c "exit 42"', 'exit 42', 42],
    ['a command that is killed', 'kill -9 $$', 137],
  ])('ends with the exit code of the command: %s', async (_, script, code) => {
    expect(await exec(['shell', '--', 'sh', '-c', script])).toMatchObject({ code });
  });

  it('keeps standard output and error apart', async () => {
    const ran = await exec(['shell', '--', 'sh', '-c', 'echo out; echo err >&2']);
    expect(ran).toEqual({ code: 0, stdout: 'out\n', stderr: 'err\n' });
  });

  // The API server here is older than 1.30 and cannot be told that input has ended, so the command has to know how much there is.
  it('carries megabytes through a pipe without losing or changing a byte', async () => {
    const bytes = randomBytes(6_000_000).toString('base64');
    const { length } = bytes;
    const hash = createHash('sha256').update(bytes).digest('hex');
    const counted = await exec(
      ['-i', 'shell', '--', 'sh', '-c', `busybox head -c ${length} | busybox sha256sum`],
      bytes,
    );
    expect(counted).toMatchObject({ code: 0, stdout: `${hash}  -\n`, stderr: '' });
    const echoed = await exec(['-i', 'shell', '--', 'busybox', 'head', '-c', String(length)], bytes);
    expect(echoed.code).toBe(0);
    expect(echoed.stdout === bytes).toBe(true);
  });

  it('gives all the output of a command that waits for the end of its input, and says so when that cannot be passed on', async () => {
    const { code, stdout, stderr } = await exec(['-i', 'shell', '--', 'cat'], 'abc');
    expect(stdout).toBe('abc');
    if (code !== 0) expect(stderr).toMatch(/waits for the end of its input.*1\.30/);
  });

  it('says what is wrong when the command, the container or the pod is not there', async () => {
    const command = await exec(['shell', '--', '/no/such/program']);
    expect(command.code).not.toBe(0);
    expect(command.stderr).toMatch(/no such file|not found/i);
    expect(await exec(['-c', 'other', 'shell', '--', 'true'])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('It has: main'),
    });
    expect(await exec(['nosuch', '--', 'true'])).toMatchObject({ code: 5 });
  });

  it('opens the first shell there is in a terminal of the size it is given, and follows its changes', async () => {
    const shell = await openShell(world, { pod: 'shell', tty: true, stdin: true });
    await expect.poll(() => shell.controls[0]?.type, { timeout: 10_000 }).toBe('started');
    shell.control({ type: 'resize', columns: 101, rows: 31 });
    await typeUntil(shell, 'stty size\n', /31 101/);
    shell.control({ type: 'resize', columns: 77, rows: 22 });
    await typeUntil(shell, 'stty size\n', /22 77/);
    shell.type('exit 5\n');
    await expect.poll(() => shell.controls.at(-1), { timeout: 10_000 }).toMatchObject({ type: 'exit', code: 5 });
  });

  it('says that there is no shell in a container without one', async () => {
    // busybox is one program under many names; without its names there is no shell to be found.
    await exec(['bare', '--', 'sh', '-c', 'cd /bin; busybox rm -f sh ash bash hush']);
    const { code, stderr } = await exec(['bare']);
    expect(code).toBe(5);
    expect(stderr).toMatch(/has no shell: bash, ash, sh/);
  });
});

type Shell = {
  readonly controls: ExecControl[];
  output(): string;
  type(text: string): void;
  control(message: ExecControl): void;
};
type ExecTicket = Extract<TicketRequest, { path: '/ws/exec' }>;

async function openShell(world: RealWorld, more: Pick<ExecTicket, 'pod'> & Partial<ExecTicket>): Promise<Shell> {
  const { body, status } = await world.api('/api/v1/tickets', {
    body: { path: '/ws/exec', cluster: 'kube', namespace: world.namespace, ...more },
  });
  if (typeof body.url !== 'string') throw new Error(`no ticket (${status}): ${JSON.stringify(body)}`);
  const socket = new WebSocket(world.url.replace('http', 'ws') + body.url);
  const controls: ExecControl[] = [];
  let output = '';
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) output += data.subarray(1).toString();
    else controls.push(JSON.parse(data.toString()));
  });
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    controls,
    output: () => output,
    type: (text) => socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(text)])),
    control: (message) => socket.send(JSON.stringify(message)),
  };
}

/** The size reaches the terminal a moment after it is sent. */
async function typeUntil(shell: Shell, text: string, answer: RegExp): Promise<void> {
  await expect
    .poll(
      () => {
        shell.type(text);
        return shell.output();
      },
      { timeout: 10_000, interval: 300 },
    )
    .toMatch(answer);
}
