import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podOf, stateOf, type TestCluster } from '../test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster({ nodes: 1 });
});
afterEach(() => sim.close());

const pod = (name: string) => sim.get('pods', name);
const conditions = (name: string) =>
  Object.fromEntries((pod(name)?.status?.conditions ?? []).map((one) => [one.type, one.status]));

describe('a pod that starts', () => {
  it('goes from Pending over ContainerCreating to Running and Ready, with an address and the Events of a kubelet', async () => {
    sim.create('pods', podOf('web', 'acme/web:1'));
    await sim.advance(0.1);
    expect(stateOf(pod('web'))).toBe('ContainerCreating');
    expect(pod('web')?.status?.phase).toBe('Pending');
    await sim.advance(10);
    expect(stateOf(pod('web'))).toBe('running');
    expect(pod('web')?.status).toMatchObject({
      phase: 'Running',
      hostIP: '10.0.0.1',
      podIP: expect.stringMatching(/^10\.244\.0\./),
      qosClass: 'BestEffort',
    });
    expect(conditions('web')).toEqual({
      PodReadyToStartContainers: 'True',
      Initialized: 'True',
      Ready: 'True',
      ContainersReady: 'True',
      PodScheduled: 'True',
    });
    expect(pod('web')?.status?.containerStatuses?.[0]).toMatchObject({
      name: 'main',
      ready: true,
      started: true,
      restartCount: 0,
      image: 'docker.io/acme/web:1',
      imageID: expect.stringMatching(/^docker\.io\/acme\/web@sha256:[0-9a-f]{64}$/),
      containerID: expect.stringMatching(/^containerd:\/\/[0-9a-f]{64}$/),
    });
    expect(sim.events('web').map((event) => event.split(':')[0])).toEqual([
      'Scheduled',
      'Pulling',
      'Pulled',
      'Created',
      'Started',
    ]);
  });

  it('does not pull an image again that the node has', async () => {
    sim.create('pods', podOf('one', 'acme/web:1'));
    await sim.advance(10);
    sim.create('pods', podOf('two', 'acme/web:1'));
    await sim.advance(3);
    expect(stateOf(pod('two'))).toBe('running');
    expect(sim.events('two')).toContain('Pulled: Container image "acme/web:1" already present on machine');
  });

  it('waits for its readiness probe, says that it fails, and is ready once it passes', async () => {
    const readinessProbe = { httpGet: { path: '/ready', port: 8080 }, periodSeconds: 5 };
    sim.create('pods', podOf('slow', 'sim/slow:1', { container: { readinessProbe } }));
    await sim.advance(30);
    expect(stateOf(pod('slow'))).toBe('running');
    expect(conditions('slow')).toMatchObject({ Ready: 'False', ContainersReady: 'False' });
    expect(sim.events('slow').at(-1)).toMatch(
      /^Unhealthy: Readiness probe failed: Get "http:\/\/10\.244\.0\.\d+:8080\/ready": dial tcp .* \(x\d\)$/,
    );
    await sim.advance(45);
    expect(conditions('slow')).toMatchObject({ Ready: 'True' });
  });

  it('runs init containers one after the other before the others', async () => {
    const initContainers = [
      { name: 'first', image: 'acme/a:1' },
      { name: 'second', image: 'acme/b:1' },
    ];
    sim.create('pods', podOf('staged', 'acme/web:1', { spec: { initContainers } }));
    const seen: string[] = [];
    for (let step = 0; step < 60; step++) {
      await sim.advance(0.5);
      const status = pod('staged')?.status;
      const running = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].filter(
        (one) => one.state?.running !== undefined,
      );
      const names = running.map((one) => one.name).join('+');
      if (names !== '' && seen.at(-1) !== names) seen.push(names);
    }
    expect(seen).toEqual(['first', 'second', 'main']);
    expect(conditions('staged')).toMatchObject({ Initialized: 'True', Ready: 'True' });
  });

  it('keeps a sidecar running beside the others', async () => {
    const initContainers = [{ name: 'proxy', image: 'acme/proxy:1', restartPolicy: 'Always' }];
    sim.create('pods', podOf('meshed', 'acme/web:1', { spec: { initContainers } }));
    await sim.advance(20);
    expect(pod('meshed')?.status?.initContainerStatuses?.[0]).toMatchObject({
      name: 'proxy',
      ready: true,
      state: { running: expect.anything() },
    });
    expect(conditions('meshed')).toMatchObject({ Ready: 'True' });
  });
});

describe('a container that does not start', () => {
  it.each([
    {
      image: 'sim/missing:2',
      first: 'ErrImagePull',
      then: 'ImagePullBackOff',
      words: /failed to resolve reference .*sim\/missing:2: not found/,
    },
    { image: 'sim/denied:2', first: 'ErrImagePull', then: 'ImagePullBackOff', words: /403 Forbidden/ },
  ])('cannot pull $image', async ({ image, first, then, words }) => {
    sim.create('pods', podOf('broken', image));
    const seen = new Set<string>();
    for (let step = 0; step < 40; step++) {
      await sim.advance(0.5);
      seen.add(stateOf(pod('broken')));
    }
    expect([...seen]).toEqual(expect.arrayContaining(['ContainerCreating', first, then]));
    expect(sim.events('broken').join('\n')).toMatch(words);
    expect(pod('broken')?.status?.phase).toBe('Pending');
  });

  it('has an image name that is none', async () => {
    sim.create('pods', podOf('broken', 'acme/Web Server'));
    await sim.advance(5);
    expect(stateOf(pod('broken'))).toBe('InvalidImageName');
  });

  it.each([
    {
      from: 'a missing ConfigMap',
      env: { configMapKeyRef: { name: 'settings', key: 'A' } },
      message: 'configmap "settings" not found',
    },
    {
      from: 'a missing key',
      env: { configMapKeyRef: { name: 'present', key: 'B' } },
      message: "couldn't find key B in ConfigMap default/present",
    },
    {
      from: 'a missing Secret',
      env: { secretKeyRef: { name: 'login', key: 'A' } },
      message: 'secret "login" not found',
    },
  ])('takes a variable from $from, and starts once it is there', async ({ env, message }) => {
    sim.create('configmaps', { kind: 'ConfigMap', metadata: { name: 'present' }, data: { A: '1' } });
    sim.create('pods', podOf('broken', 'acme/web:1', { container: { env: [{ name: 'X', valueFrom: env }] } }));
    await sim.advance(30);
    expect(stateOf(pod('broken'))).toBe('CreateContainerConfigError');
    expect(pod('broken')?.status?.containerStatuses?.[0]?.state?.waiting?.message).toBe(message);
    expect(sim.events('broken').some((event) => event.startsWith(`Failed: Error: ${message} (x`))).toBe(true);
    if (env.secretKeyRef !== undefined)
      sim.create('secrets', { kind: 'Secret', metadata: { name: 'login' }, data: { A: 'MQ==' } });
    else if (message.startsWith('configmap'))
      sim.create('configmaps', { kind: 'ConfigMap', metadata: { name: 'settings' }, data: { A: '1' } });
    else
      sim.update('configmaps', 'present', (draft) => {
        draft.data = { A: '1', B: '2' };
      });
    await sim.advance(20);
    expect(stateOf(pod('broken'))).toBe('running');
  });

  it('accepts that an optional reference is missing', async () => {
    const env = [{ name: 'X', valueFrom: { secretKeyRef: { name: 'login', key: 'A', optional: true } } }];
    sim.create('pods', podOf('fine', 'acme/web:1', { container: { env } }));
    await sim.advance(10);
    expect(stateOf(pod('fine'))).toBe('running');
  });

  it('mounts a ConfigMap that is missing: it stays in ContainerCreating with FailedMount until it is there', async () => {
    const volumes = [{ name: 'settings', configMap: { name: 'nowhere' } }];
    sim.create(
      'pods',
      podOf('broken', 'acme/web:1', {
        spec: { volumes },
        container: { volumeMounts: [{ name: 'settings', mountPath: '/etc/x' }] },
      }),
    );
    await sim.advance(20);
    expect(stateOf(pod('broken'))).toBe('ContainerCreating');
    expect(sim.events('broken').at(-1)).toMatch(
      /^FailedMount: MountVolume\.SetUp failed for volume "settings" : configmap "nowhere" not found \(x\d\)$/,
    );
    sim.create('configmaps', { kind: 'ConfigMap', metadata: { name: 'nowhere' }, data: {} });
    await sim.advance(60);
    expect(stateOf(pod('broken'))).toBe('running');
  });
});

describe('a container that ends', () => {
  it('comes back at once, then after 10 s, 20 s, 40 s … up to five minutes, and counts its restarts', async () => {
    sim.create(
      'pods',
      podOf('crash', 'sim/crash:1', { annotations: { 'kubesim.pilothouse.dev/exit-after-seconds': '1' } }),
    );
    const starts: number[] = [];
    let last = '';
    const begin = sim.clock.now();
    for (let step = 0; step < 1200; step++) {
      await sim.advance(0.5);
      const id = pod('crash')?.status?.containerStatuses?.[0]?.containerID ?? '';
      if (id !== last) starts.push(Math.round((sim.clock.now() - begin) / 1000));
      last = id;
    }
    const waits = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    expect(waits.length).toBeGreaterThanOrEqual(5);
    for (const [index, expected] of [0, 10, 20, 40, 80, 160].entries())
      expect(Math.abs((waits[index] ?? 0) - expected - 2)).toBeLessThanOrEqual(1.5);
    const status = pod('crash')?.status?.containerStatuses?.[0];
    expect(status).toMatchObject({
      ready: false,
      restartCount: starts.length - 1,
      lastState: { terminated: { exitCode: 1, reason: 'Error' } },
    });
    expect(status?.state?.waiting?.message).toMatch(
      /^back-off (2m40s|5m0s) restarting failed container=main pod=crash_default\(/,
    );
    expect(
      sim
        .events('crash')
        .some((event) =>
          /^BackOff: Back-off restarting failed container main in pod crash_default\(.*\) \(x\d+\)$/.test(event),
        ),
    ).toBe(true);
  });

  it('is forgiven after ten minutes of running', async () => {
    sim.create(
      'pods',
      podOf('flaky', 'acme/web:1', {
        annotations: { 'kubesim.pilothouse.dev/exit-after-seconds': '900', 'kubesim.pilothouse.dev/exit-code': '1' },
      }),
    );
    await sim.advance(4000);
    expect(pod('flaky')?.status?.containerStatuses?.[0]?.restartCount).toBeGreaterThanOrEqual(3);
    expect(stateOf(pod('flaky'))).toBe('running');
  });

  it.each([
    { policy: 'Never', image: 'sim/job:1', phase: 'Succeeded', state: 'Completed', restarts: 0 },
    { policy: 'OnFailure', image: 'sim/job:1', phase: 'Succeeded', state: 'Completed', restarts: 0 },
    { policy: 'Never', image: 'sim/failing-job:1', phase: 'Failed', state: 'Error', restarts: 0 },
    { policy: 'Never', image: 'sim/oom:1', phase: 'Failed', state: 'OOMKilled', restarts: 0 },
  ])('leaves $phase with restartPolicy $policy and $image', async ({ policy, image, phase, state, restarts }) => {
    sim.create('pods', podOf('task', image, { spec: { restartPolicy: policy } }));
    await sim.advance(120);
    expect(pod('task')?.status).toMatchObject({ phase, containerStatuses: [{ restartCount: restarts }] });
    expect(stateOf(pod('task'))).toBe(state);
    expect(conditions('task')).toMatchObject({ Ready: 'False', PodReadyToStartContainers: 'False' });
  });

  it('is restarted when its liveness probe fails too often', async () => {
    const livenessProbe = { httpGet: { path: '/live', port: 8080 }, periodSeconds: 10 };
    sim.create('pods', podOf('hang', 'sim/hang:1', { container: { livenessProbe } }));
    await sim.advance(480);
    expect(pod('hang')?.status?.containerStatuses?.[0]?.restartCount).toBe(1);
    expect(sim.events('hang').join('\n')).toMatch(
      /Liveness probe failed: .* \(x3\)[\s\S]*Killing: Container main failed liveness probe, will be restarted/,
    );
  });

  it('starts anew with a changed image', async () => {
    sim.create('pods', podOf('web', 'acme/web:1'));
    await sim.advance(10);
    sim.update('pods', 'web', (draft) => {
      for (const one of draft.spec.containers) one.image = 'acme/web:2';
    });
    await sim.advance(10);
    expect(pod('web')?.status?.containerStatuses?.[0]).toMatchObject({
      image: 'docker.io/acme/web:2',
      restartCount: 1,
    });
    expect(sim.events('web')).toContain('Killing: Container main definition changed, will be restarted');
  });

  it('fails at the active deadline of its pod', async () => {
    sim.create('pods', podOf('late', 'acme/web:1', { spec: { activeDeadlineSeconds: 20 } }));
    await sim.advance(30);
    expect(pod('late')?.status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded' });
  });
});

describe('a pod that is deleted', () => {
  it('stops its containers gracefully and is gone', async () => {
    sim.create('pods', podOf('web', 'acme/web:1'));
    await sim.advance(10);
    sim.remove('pods', 'web');
    await sim.advance(0.1);
    expect(pod('web')?.metadata.deletionTimestamp).toBeDefined();
    await sim.advance(3);
    expect(pod('web')).toBeUndefined();
    expect(sim.events('web').at(-1)).toBe('Killing: Stopping container main');
  });

  it('is killed after its grace period when it ignores SIGTERM', async () => {
    sim.create('pods', podOf('stubborn', 'sim/stubborn:1', { spec: { terminationGracePeriodSeconds: 12 } }));
    await sim.advance(10);
    sim.remove('pods', 'stubborn');
    await sim.advance(11);
    expect(pod('stubborn')).toBeDefined();
    await sim.advance(2);
    expect(pod('stubborn')).toBeUndefined();
  });

  it('goes while it waits for its image', async () => {
    sim.create('pods', podOf('broken', 'sim/missing:1'));
    await sim.advance(20);
    sim.remove('pods', 'broken');
    await sim.advance(1);
    expect(pod('broken')).toBeUndefined();
  });

  it('gives its address back', async () => {
    sim.addNode('small', { spec: { podCIDR: '10.244.9.0/29' } });
    const spec = { nodeName: 'small' };
    sim.create('pods', podOf('one', 'acme/web:1', { spec }));
    await sim.advance(10);
    const address = pod('one')?.status?.podIP;
    sim.remove('pods', 'one');
    await sim.advance(5);
    for (let index = 0; index < 5; index++) sim.create('pods', podOf(`many-${index}`, 'acme/web:1', { spec }));
    await sim.advance(20);
    const addresses = sim.list('pods').map((one) => one.status?.podIP);
    expect(new Set(addresses).size).toBe(5);
    expect(addresses).toContain(address);
  });
});

describe('a command of a userland image', () => {
  it('is really run: its output is the log, its exit code the end', async () => {
    sim.create(
      'pods',
      podOf('script', 'busybox:1', {
        container: { command: ['sh', '-c', 'for i in 1 2 3; do echo tick $i; sleep 2; done; exit 4'] },
        spec: { restartPolicy: 'Never' },
      }),
    );
    await sim.advance(30);
    expect(pod('script')?.status).toMatchObject({
      phase: 'Failed',
      containerStatuses: [{ state: { terminated: { exitCode: 4, reason: 'Error' } } }],
    });
    const stream = sim.runtime.logs(pod('script') ?? podOfNothing(), {
      container: 'main',
      follow: false,
      previous: false,
      timestamps: false,
    });
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).toBe('tick 1\ntick 2\ntick 3\n');
  });

  it('ends by its own TERM trap, and is killed without one', async () => {
    const trapped = ['sh', '-c', 'trap "echo bye; exit 3" TERM; while true; do sleep 1; done'];
    sim.create('pods', podOf('polite', 'busybox:1', { container: { command: trapped } }));
    sim.create('pods', podOf('deaf', 'busybox:1', { container: { command: ['sleep', '3600'] } }));
    await sim.advance(10);
    sim.remove('pods', 'polite');
    sim.remove('pods', 'deaf');
    await sim.advance(5);
    expect(pod('polite')).toBeUndefined();
    expect(pod('deaf')).toBeDefined();
    await sim.advance(30);
    expect(pod('deaf')).toBeUndefined();
  });
});

function podOfNothing(): never {
  throw new Error('no such pod');
}
