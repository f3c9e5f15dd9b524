import { afterAll, beforeAll, expect, it } from 'vitest';
import { container, createRealWorld, describeReal, eventually, idle, pod, type RealWorld } from './real-world.ts';

/** Prints numbered lines, goes on counting where the run before it stopped, and ends. */
const counter = [
  'n=$(cat /state/n 2>/dev/null || echo 0)',
  'i=0',
  // Time to begin to follow.
  'if [ $n = 0 ]; then sleep 6; fi',
  'while [ $i -lt 40 ]; do n=$((n+1)); i=$((i+1)); echo "line $n"; usleep 20000; done',
  'echo $n > /state/n',
].join('; ');

/** A pod whose containers keep a file over restarts. */
const remembering = (name: string, script: string) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}}
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{name: state, emptyDir: {}}]
  containers: [${container(script, ', volumeMounts: [{name: state, mountPath: /state}]')}]
`;

describeReal('logs of a real kubelet', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await createRealWorld();
    await world.make(
      [
        remembering('fell', `[ -f /state/x ] || { touch /state/x; echo first; exit 1; }; echo second; ${idle}`),
        pod('timed', `echo early; sleep 8; for i in 1 2 3 4 5; do echo late $i; done; ${idle}`),
        pod(
          'odd',
          `head -c 1000000 /dev/zero | tr '\\0' x; echo; printf 'a\\377\\376b\\303\\244\\n'; echo end; ${idle}`,
        ),
      ].join('---'),
    );
  });
  afterAll(() => world?.stop());
  const logs = (...args: string[]) => world.cli('logs', ...args, '-n', world.namespace);
  const numbers = (text: string) => [...text.matchAll(/^line (\d+)$/gm)].map(([, n]) => Number(n));

  it('are followed across restarts of the container without a gap or a repeat', async () => {
    await world.make(remembering('counter', counter));
    await eventually(
      () => world.row('pods', 'counter'),
      (row) => row?.cells.includes('Running') ?? false,
      60_000,
    );
    const following = world.start(['logs', '-f', 'counter', '-n', world.namespace]);
    // The kubelet restarts it at once, then after a back-off of 10 s: the second wait is the one in which a follower may give up.
    await following.prints(/^line 120$/m);
    const { code, stdout } = await following.stop('SIGINT');
    expect(code).toBe(130);
    expect(numbers(stdout).slice(0, 120)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
  });

  it('--previous is the log of the container before the restart', async () => {
    await eventually(
      () => logs('fell'),
      ({ stdout }) => stdout === 'second\n',
      60_000,
    );
    expect(await logs('fell', '--previous')).toMatchObject({ code: 0, stdout: 'first\n' });
    expect((await world.kube('logs', 'fell', '--previous')).stdout).toBe('first\n');
  });

  it('are limited by --tail and --since as kubectl limits them', async () => {
    await eventually(
      () => logs('timed'),
      ({ stdout }) => stdout.includes('late 5'),
      60_000,
    );
    expect((await logs('timed')).stdout).toBe('early\nlate 1\nlate 2\nlate 3\nlate 4\nlate 5\n');
    expect((await logs('timed', '--tail', '2')).stdout).toBe('late 4\nlate 5\n');
    expect((await logs('timed', '--tail', '0')).stdout).toBe('');
    const since = (await logs('timed', '--since', '6s')).stdout;
    expect(since).not.toContain('early');
    expect((await logs('timed', '--since', '1h')).stdout).toContain('early\n');
    const none = await logs('timed', '--previous');
    expect(none.code).not.toBe(0);
    expect(none.stderr).toMatch(/previous/);
  });

  it('survive a line of 1 MB, which is cut and says so, and bytes that are no text', async () => {
    await eventually(
      () => logs('odd', '--tail', '1'),
      ({ stdout }) => stdout === 'end\n',
      60_000,
    );
    const { code, stdout, stderr } = await logs('odd');
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    const [long = '', binary, end] = lines;
    expect(long.length).toBeGreaterThanOrEqual(262_144);
    expect(/^x{1000}/.test(long)).toBe(true);
    expect({ rest: long.slice(262_144), stderr }).toEqual({
      rest: expect.stringMatching(/^ … \(7\d{5} bytes more\)$/),
      stderr: '',
    });
    expect(binary).toBe('a\uFFFD\uFFFDbä');
    expect(end).toBe('end');
  });

  it('of a pod that has none yet are empty, and of no pod an error', async () => {
    await world.make(pod('waiting', 'true', '  nodeSelector: {no: such}'));
    expect(await logs('waiting')).toMatchObject({ code: 0, stdout: '' });
    expect(await logs('nosuch')).toMatchObject({ code: 5, stderr: expect.stringContaining('nosuch') });
  });
});
