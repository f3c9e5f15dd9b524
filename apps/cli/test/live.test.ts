import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWorld, eventually, fixturePath, type TestWorld } from './test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld();
  expect(await world.cli('apply', '-f', fixturePath('shop.yaml'))).toMatchObject({ code: 0 });
  await eventually(
    () => world.cli('get', 'pods', '-n', 'shop'),
    ({ stdout }) => (stdout.match(/1\/1\s+Running/g) ?? []).length === 2,
  );
});
afterAll(() => world.stop());

const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'shop' },
  data: { a: '1' },
});
const podName = async () =>
  (await world.cli('get', 'pods', '-n', 'shop', '--limit', '1', '-o', 'name')).stdout.trim().slice(4);

describe('get -w', () => {
  it('prints what there is, then changes, deletions marked, and ends with 130 on Ctrl-C', async () => {
    const watch = world.start(['get', 'cm', '-n', 'shop', '-w']);
    await watch.prints(/^settings /m);
    expect(watch.stdout).toMatch(/^NAME +DATA +AGE\n/);
    world.cluster('one').store.create('configmaps', configMap('fresh'));
    await watch.prints(/^fresh +1 /m);
    world.cluster('one').store.delete('configmaps', { namespace: 'shop', name: 'fresh' });
    await watch.prints(/^fresh .*\(deleted\)$/m);
    expect(await watch.stop('SIGINT')).toMatchObject({ code: 130 });
  });

  it('goes on when the server was restarted meanwhile, printing only what changed', async () => {
    const watch = world.start(['get', 'cm', '-n', 'shop', '-w']);
    await watch.prints(/^settings /m);
    expect(await world.stopServer()).toMatchObject({ code: 0 });
    await watch.prints('trying again', 'stderr');
    world.cluster('one').store.create('configmaps', configMap('while-away'));
    await world.startServer();
    await watch.prints(/^while-away /m);
    expect(watch.stderr).toContain('connected again');
    expect(watch.stdout.match(/^settings /gm)).toHaveLength(1);
    await watch.stop('SIGINT');
  });

  it('prints objects and names too', async () => {
    const yaml = world.start(['get', 'cm', '-n', 'shop', '-w', '-o', 'yaml', '--watch-only']);
    const names = world.start(['get', 'cm', '-n', 'shop', '-w', '-o', 'name']);
    await names.prints('configmap/settings');
    await eventually(
      async () => {
        world.cluster('one').store.update('configmaps', { namespace: 'shop', name: 'settings' }, (draft) => {
          draft.data = { stamp: String(Date.now()) };
        });
        return yaml.stdout;
      },
      (text) => text.includes('name: settings'),
    );
    expect(yaml.stdout).toMatch(/^---\napiVersion: v1\ndata:\n {2}stamp: /);
    await Promise.all([yaml.stop('SIGINT'), names.stop('SIGINT')]);
  });
});

describe('logs', () => {
  it('prints the lines of a pod, the last ones, with times', async () => {
    const pod = await podName();
    const all = await eventually(
      () => world.cli('logs', pod, '-n', 'shop'),
      ({ stdout }) => stdout.split('\n').length > 5,
    );
    expect(all.code).toBe(0);
    expect(all.stdout).toContain('"msg":"starting"');
    expect((await world.cli('logs', `pod/${pod}`, '-n', 'shop', '--tail', '2')).stdout.trim().split('\n')).toHaveLength(
      2,
    );
    expect((await world.cli('logs', pod, '-n', 'shop', '--tail', '1', '--timestamps')).stdout).toMatch(
      /^\d{4}-\d\d-\d\dT[\d:.]+Z \S/,
    );
    const theirs = await world.kubectl('one', ['logs', pod, '-n', 'shop', '--tail', '-1']);
    expect(theirs.stdout.startsWith(all.stdout.slice(0, 500))).toBe(true);
  });

  it('merges the pods of a workload by time and says which line is whose', async () => {
    const { code, stdout } = await world.cli('logs', 'deploy/web', '-n', 'shop', '--timestamps');
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => /^\[(web-\S+)\/web\] (\S+) /.exec(line));
    expect(lines).not.toContain(null);
    expect(new Set(lines.map((line) => line?.[1])).size).toBe(2);
    const times = lines.map((line) => Date.parse(line?.[2] ?? ''));
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('follows, also pods that come later, over a restart of the server, without repeating a line', async () => {
    const follow = world.start(['logs', 'deploy/web', '-n', 'shop', '-f', '--timestamps']);
    await follow.prints('"starting"');
    const before = follow.stdout;
    await world.stopServer();
    await follow.prints('trying again', 'stderr');
    await world.startServer();
    await eventually(
      async () => follow.stdout,
      (text) => text.length > before.length,
    );
    await world.cli('scale', 'deploy/web', '-n', 'shop', '--replicas', '3');
    await eventually(
      async () => new Set(follow.stdout.match(/^\[web-[^/]+/gm)),
      (pods) => pods.size === 3,
    );
    expect((await follow.stop('SIGINT')).code).toBe(130);
    const lines = follow.stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(/^(\[\S+\] \S+) .*/, '$1'));
    for (const pod of new Set(lines.map((line) => line.split(' ')[0]))) {
      const times = lines.filter((line) => line.startsWith(`${pod} `)).map((line) => line.split(' ')[1] ?? '');
      expect(times).toEqual([...times].sort());
      expect(new Set(times).size).toBeGreaterThan(times.length * 0.9);
    }
  });

  it('fails with what is wrong', async () => {
    expect(await world.cli('logs', 'nope', '-n', 'shop')).toMatchObject({ code: 5, stdout: '' });
    expect(await world.cli('logs')).toMatchObject({ code: 2, stderr: expect.stringContaining('deploy/web') });
    expect(await world.cli('logs', await podName(), '-n', 'shop', '-c', 'nope')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('It has: web'),
    });
    expect(await world.cli('logs', 'cm/settings', '-n', 'shop')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('selects no pods'),
    });
    expect(await world.cli('logs', '-l', 'app=none', '-n', 'shop')).toMatchObject({ code: 5 });
    expect(await world.cli('logs', 'x', '--since', 'soon')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('span of time'),
    });
  });
});

describe('exec', () => {
  it('runs a command, keeps its streams apart and ends with its exit code', async () => {
    const pod = await podName();
    expect(await world.cli('exec', pod, '-n', 'shop', '--', 'echo', 'hello', '-n')).toMatchObject({
      code: 0,
      stdout: 'hello -n\n',
      stderr: '',
    });
    expect(
      await world.cli('exec', pod, '-n', 'shop', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'),
    ).toMatchObject({ code: 7, stdout: 'out\n', stderr: 'err\n' });
  });

  it('hands over standard input and its end', async () => {
    const pod = await podName();
    const input = `${'line of input\n'.repeat(2000)}end\n`;
    const { code, stdout } = await world.run(['exec', '-i', pod, '-n', 'shop', '--', 'cat'], { input });
    expect(code).toBe(0);
    expect(stdout).toBe(input);
  });

  it('takes the first ready pod of a workload and says which', async () => {
    const { code, stdout, stderr } = await world.cli('exec', 'deploy/web', '-n', 'shop', '--', 'hostname');
    expect(code).toBe(0);
    expect(stderr).toBe(`in pod ${stdout.trim()}\n`);
  });

  it('gives a terminal its size, passes keys on and leaves our terminal as it was', async () => {
    const pod = await podName();
    const exec = `pilothouse exec -it ${pod} -n shop -- sh`;
    const session = await world.terminal(
      `stty rows 33 cols 111; stty -g > before; ${exec}; echo "code $?"; stty -g > after; cmp before after && echo same`,
      'stty size; exit 3\n',
    );
    expect(session.stdout).toContain('33 111');
    expect(session.stdout).toContain('code 3');
    expect(session.stdout).toContain('same');
  });

  it('fails before it starts with the kind of error', async () => {
    const pod = await podName();
    expect(await world.cli('exec', 'nope', '-n', 'shop', '--', 'ls')).toMatchObject({ code: 5 });
    expect(await world.cli('exec', pod, '-n', 'shop', '-c', 'nope', '--', 'ls')).toMatchObject({ code: 5 });
    expect((await world.cli('exec', pod, '-n', 'shop', '--', 'no-such-program')).code).toBeGreaterThan(0);
  });

  it('ends when it is interrupted', async () => {
    const session = world.start(['exec', await podName(), '-n', 'shop', '--', 'sleep', '1000']);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await session.stop('SIGINT')).toMatchObject({ code: 130 });
  });
});

describe('a server that does not answer', () => {
  it('is named with what to do', async () => {
    const { code, stderr } = await world.run(['get', 'pods'], { env: { PILOTHOUSE_SERVER: 'http://127.0.0.1:9' } });
    expect(code).toBe(8);
    expect(stderr).toContain('127.0.0.1:9');
    expect(stderr).toContain('next:');
  });

  it('can be left with Ctrl-C while it keeps us waiting', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const address = silent.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const connected = new Promise((resolve) => silent.once('connection', resolve));
    const waiting = world.start(['get', 'pods'], { env: { PILOTHOUSE_SERVER: `http://127.0.0.1:${port}` } });
    await connected;
    expect(await waiting.stop('SIGINT')).toMatchObject({ code: 130 });
    silent.close();
  });
});
