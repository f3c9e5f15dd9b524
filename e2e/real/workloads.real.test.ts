import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  container,
  createRealWorld,
  describeReal,
  eventually,
  idle,
  type LiveTable,
  pod,
  type RealWorld,
} from './real-world.ts';

const deployment = (name: string, replicas: number) => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      terminationGracePeriodSeconds: 1
      containers: [${container(idle)}]
`;

describeReal('workloads on a real cluster, watched live', () => {
  let world: RealWorld;
  let deployments: LiveTable;
  let pods: LiveTable;
  beforeAll(async () => {
    world = await createRealWorld();
    const query = { clusters: 'kube', namespaces: world.namespace };
    deployments = world.watchTable('deployments.apps', query);
    pods = world.watchTable('pods', query);
    // What needs its time starts first.
    await world.make(
      [
        pod('crashes', 'echo oh no; exit 3'),
        pod('homeless', 'true', '  nodeSelector: {no: such}'),
        pod('pictureless', 'true').replace('localhost/busybox:1', 'localhost/nothing:1'),
      ].join('---'),
    );
  });
  afterAll(async () => {
    deployments?.stop();
    pods?.stop();
    await world?.stop();
  });

  const rowOf = (table: LiveTable, name: string) => [...table.rows.values()].find((row) => row.name === name);
  const cellsOf = async (resource: string, name: string) => {
    const { columns, items } = await world.list(resource, { clusters: 'kube', namespaces: world.namespace });
    const row = items.find((item) => item.name === name);
    return Object.fromEntries(columns.map(({ id }, index) => [id, row?.cells[index]]));
  };
  const statuses = (table: LiveTable, name: string) =>
    table
      .healthOf(name)
      .map((state) => state.split('/')[0])
      .filter((status, index, all) => status !== all[index - 1]);

  it('a rollout goes from progressing to healthy in the stream, when scaled and when restarted', async () => {
    await world.make(deployment('web', 1));
    await expect.poll(() => rowOf(deployments, 'web')?.health.status, { timeout: 30_000 }).toBe('healthy');
    expect(statuses(deployments, 'web')).toEqual(['progressing', 'healthy']);

    const scaled = await world.cli('scale', 'deploy/web', '--replicas', '3', '-n', world.namespace);
    expect(scaled).toMatchObject({ code: 0, stdout: expect.stringMatching(/web/) });
    await expect
      .poll(() => statuses(deployments, 'web'), { timeout: 30_000 })
      .toEqual(['progressing', 'healthy', 'progressing', 'healthy']);
    expect((await world.kube('get', 'deploy', 'web', '-o', 'jsonpath={.status.readyReplicas}')).stdout).toBe('3');
    expect(await cellsOf('deployments.apps', 'web')).toMatchObject({ ready: '3/3' });

    const before = new Set([...pods.rows.values()].filter(({ name }) => name.startsWith('web-')).map(({ uid }) => uid));
    expect(before.size).toBe(3);
    const restarted = await world.cli('restart', 'deploy/web', '-n', world.namespace);
    expect(restarted.code).toBe(0);
    await expect
      .poll(() => statuses(deployments, 'web'), { timeout: 45_000 })
      .toEqual(['progressing', 'healthy', 'progressing', 'healthy', 'progressing', 'healthy']);
    expect((await world.kube('rollout', 'status', 'deploy/web', '--timeout=20s')).code).toBe(0);
    // A busy kubelet takes its time to end the old pods; the stream must then say so at once.
    const theirs = () => world.kube('get', 'pods', '-l', 'app=web', '-o', 'name');
    await eventually(theirs, ({ stdout }) => stdout.trim().split('\n').length === 3, 80_000);
    await expect
      .poll(() => [...pods.rows.values()].filter(({ name }) => name.startsWith('web-')).length, { timeout: 10_000 })
      .toBe(3);
    for (const { name, uid } of pods.rows.values()) if (name.startsWith('web-')) expect(before).not.toContain(uid);
  });

  it('a crash loop is degraded, with its reason and how it ended', async () => {
    await expect
      .poll(() => rowOf(pods, 'crashes')?.health, { timeout: 45_000 })
      .toMatchObject({ status: 'degraded', reason: 'CrashLoopBackOff', message: expect.stringMatching(/\b3\b/) });
    const described = await world.cli('describe', 'pod/crashes', '-n', world.namespace);
    expect(described.stdout).toMatch(/CrashLoopBackOff/);
    const { stdout } = await world.cli('get', 'pods', '-n', world.namespace, '--health', 'degraded');
    expect(stdout).toMatch(/crashes/);
  });

  it('a pod that fits nowhere is degraded once it has waited 15 s, not before', async () => {
    await expect
      .poll(() => rowOf(pods, 'homeless')?.health, { timeout: 45_000 })
      .toMatchObject({ status: 'degraded', reason: 'Unschedulable', message: expect.stringContaining('node') });
    expect(statuses(pods, 'homeless')).toEqual(['progressing', 'degraded']);
    const { items } = await world.list('pods', { clusters: 'kube', namespaces: world.namespace });
    expect(items.find(({ name }) => name === 'homeless')?.health.status).toBe('degraded');
  });

  it('an image that cannot be had is degraded, with the reason of the kubelet', async () => {
    await expect
      .poll(() => rowOf(pods, 'pictureless')?.health, { timeout: 45_000 })
      .toMatchObject({
        status: 'degraded',
        reason: expect.stringMatching(/^(ErrImageNeverPull|ImagePullBackOff|ErrImagePull)$/),
        message: expect.stringContaining('localhost/nothing:1'),
      });
  });

  it('the stream ends up with the rows of a fresh list, cell by cell', async () => {
    const seen = (rows: Iterable<{ id: string; uid: string; health: unknown; cells: unknown }>) =>
      [...rows]
        .map(({ id, uid, health, cells }) => ({ id, uid, health, cells }))
        .sort((a, b) => (a.id < b.id ? -1 : 1));
    await eventually(
      async () => {
        const { items } = await world.list('pods', { clusters: 'kube', namespaces: world.namespace });
        return { fresh: seen(items), live: seen(pods.rows.values()) };
      },
      ({ fresh, live }) => JSON.stringify(fresh) === JSON.stringify(live),
    );
  });

  it('what is deleted leaves the stream', async () => {
    expect((await world.cli('delete', 'deploy/web', '-n', world.namespace)).code).toBe(0);
    await expect.poll(() => rowOf(deployments, 'web'), { timeout: 10_000 }).toBeUndefined();
    const theirs = () => world.kube('get', 'pods', '-l', 'app=web', '-o', 'name');
    await eventually(theirs, ({ stdout }) => stdout === '', 80_000);
    await expect.poll(() => [...pods.rows.values()].filter(({ name }) => name.startsWith('web-'))).toEqual([]);
  });
});
