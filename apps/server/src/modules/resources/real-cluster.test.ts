import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clusterRoutes, type ExecControl, type LogMessage, resourceRoutes } from '@pilothouse/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestRig, type TestRig } from './test-rig.ts';

const kubeconfig = process.env.PILOTHOUSE_TEST_KUBECONFIG;
const namespace = `ph-${Math.random().toString(36).slice(2, 8)}`;
const patience = { timeout: 60_000, interval: 250 };

const kubectl = (...args: string[]) => promisify(execFile)('kubectl', ['--kubeconfig', kubeconfig ?? '', ...args]);

/**
 * The server's modules against a Kubernetes whose programs are the real ones; pods run on its node. No custom resource is applied here:
 * server-side apply of one ends the 1.20 API server that can be had (its reflect2 does not suit its Go); the simulated cluster shows that.
 */
describe.skipIf(!kubeconfig)('a real cluster', { timeout: 120_000 }, () => {
  let rig: TestRig;

  beforeAll(async () => {
    rig = await startTestRig();
    await rig.client().call(clusterRoutes.createCluster, {
      body: {
        name: 'real',
        access: { type: 'kubeconfig', kubeconfig: readFileSync(kubeconfig ?? '', 'utf8') },
        allowPrivateAddress: true,
      },
    });
  });
  afterAll(async () => {
    await kubectl('delete', 'namespace', namespace, '--wait=false').catch(() => {});
    await rig.stop();
  });

  const apply = (manifests: string, body: { dryRun?: boolean; force?: boolean } = {}) =>
    rig
      .client()
      .call(resourceRoutes.applyManifests, { params: { cluster: 'real' }, body: { manifests, namespace, ...body } });
  const list = async (resource: string, query: object = {}) =>
    rig.client().call(resourceRoutes.listResources, {
      params: { resource },
      query: { wait: 20_000, namespaces: namespace, ...query } as never,
    });

  const deployment = (name: string, script: string, replicas = 1) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      terminationGracePeriodSeconds: 0
      containers: [{ name: main, image: 'localhost/busybox:1', imagePullPolicy: Never, command: [sh, -c, '${script}'] }]
`;

  const onePod = async (app: string): Promise<string> => {
    await expect
      .poll(async () => (await list('pods', { labelSelector: `app=${app}`, health: 'healthy' })).total, patience)
      .toBeGreaterThan(0);
    return (await list('pods', { labelSelector: `app=${app}`, health: 'healthy' })).items[0]?.name ?? '';
  };

  test('is known by its facts, its kinds and what we may do', async () => {
    const cluster = await rig.client().call(clusterRoutes.getCluster, { params: { cluster: 'real' } });
    expect(cluster).toMatchObject({
      connection: { state: 'connected' },
      facts: { version: expect.stringMatching(/^v1\./) },
    });
    const result = await rig.client().call(clusterRoutes.testCluster, { params: { cluster: 'real' } });
    expect(result).toMatchObject({ ok: true, permissions: { everything: true } });
    const { items } = await rig.client().call(resourceRoutes.listKinds, {});
    expect(items.length).toBeGreaterThan(40);
  });

  test('applies a namespace and a workload, and its pods come up in the table', async () => {
    const answer = await apply(
      `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespace} }\n---${deployment('web', 'while true; do date; sleep 1; done', 2)}`,
    );
    expect(answer.results.map((result) => [result.action, result.error?.detail])).toEqual([
      ['created', undefined],
      ['created', undefined],
    ]);
    await expect
      .poll(async () => (await list('pods', { labelSelector: 'app=web', health: 'healthy' })).total, patience)
      .toBe(2);
    expect((await list('deployments')).items[0]?.health.status).toBe('healthy');
  });

  test('is scaled and restarted', async () => {
    const params = { cluster: 'real', resource: 'deployments', namespace, name: 'web' };
    expect(await rig.client().call(resourceRoutes.scaleObject, { params, body: { replicas: 1 } })).toEqual({
      before: 2,
      replicas: 1,
    });
    await expect.poll(async () => (await list('pods', { labelSelector: 'app=web' })).total, patience).toBe(1);
    const before = await onePod('web');
    await rig.client().call(resourceRoutes.restartObject, { params });
    await expect
      .poll(async () => (await list('pods', { labelSelector: 'app=web' })).items.map((row) => row.name), patience)
      .not.toContain(before);
  });

  test('names who else owns a field in conflict, and takes it over when forced', async () => {
    const theirs = join(mkdtempSync(join(tmpdir(), 'ph-')), 'web.yaml');
    writeFileSync(theirs, deployment('web', 'while true; do date; sleep 1; done', 3));
    await kubectl(
      '-n',
      namespace,
      'apply',
      '--server-side',
      '--field-manager=gitops',
      '--force-conflicts',
      '-f',
      theirs,
    );
    const refused = await apply(deployment('web', 'while true; do date; sleep 1; done', 1));
    const error = refused.results[0]?.error;
    expect(error).toMatchObject({
      code: 'field_conflict',
      conflicts: [expect.objectContaining({ field: '.spec.replicas' })],
    });
    expect((await apply(deployment('web', 'while true; do date; sleep 1; done', 1), { force: true })).complete).toBe(
      true,
    );
  });

  test('has a followed log that goes on over a restart, without gap or repeat', async () => {
    const script =
      'n=$(cat /data/n 2>/dev/null || echo 0); for i in 1 2 3 4 5 6 7 8; do n=$((n+1)); echo line $n; sleep 0.2; done; echo $n > /data/n; exit 1';
    await apply(`
apiVersion: v1
kind: Pod
metadata: { name: counter }
spec:
  terminationGracePeriodSeconds: 0
  volumes: [{ name: data, emptyDir: {} }]
  containers: [{ name: main, image: 'localhost/busybox:1', imagePullPolicy: Never, command: [sh, -c, '${script}'], volumeMounts: [{ name: data, mountPath: /data }] }]
`);
    await expect
      .poll(async () => (await list('pods', { q: 'counter' })).items[0]?.cells.join(' ') ?? '', patience)
      .toMatch(/Running|CrashLoop|Error/);
    const abort = new AbortController();
    const messages: LogMessage[] = [];
    const stream = await rig.client().lines(resourceRoutes.podLogs, {
      params: { cluster: 'real', namespace, name: 'counter' },
      query: { follow: true },
      signal: abort.signal,
    });
    for await (const line of stream) {
      messages.push(JSON.parse(line));
      if (messages.filter((message) => message.type === 'line').length >= 20) break;
    }
    abort.abort();
    const numbers = messages.flatMap((message) =>
      message.type === 'line' ? [Number(message.text.replace('line ', ''))] : [],
    );
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(messages.some((message) => message.type === 'notice' && message.code === 'container_restarted')).toBe(true);
  });

  test('opens a shell with the first shell there is, resizes it, and gives its exit code', async () => {
    const pod = await onePod('web');
    const socket = await rig.socket({ path: '/ws/exec', cluster: 'real', namespace, pod });
    const controls: ExecControl[] = [];
    let output = '';
    let reason = '';
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) output += data.subarray(1).toString();
      else controls.push(JSON.parse(data.toString()));
    });
    socket.on('close', (_status, text) => {
      reason = text.toString();
    });
    await expect.poll(() => controls[0], patience).toMatchObject({ type: 'started' });
    const type = (text: string) => socket.send(Buffer.concat([Buffer.from([0]), Buffer.from(text)]));
    socket.send(JSON.stringify({ type: 'resize', columns: 123, rows: 45 }));
    await expect
      .poll(
        () => {
          type('stty size\n');
          return output;
        },
        { timeout: 20_000, interval: 500 },
      )
      .toContain('45 123');
    type('exit 9\n');
    await expect.poll(() => reason, patience).toBe('exited: 9');
  });

  test('a command that is not there says so', async () => {
    const pod = await onePod('web');
    const socket = await rig.socket({
      path: '/ws/exec',
      cluster: 'real',
      namespace,
      pod,
      command: ['no-such-program'],
      tty: false,
    });
    const controls: ExecControl[] = [];
    socket.on('message', (data, isBinary) => !isBinary && controls.push(JSON.parse(data.toString())));
    await expect
      .poll(() => controls.at(-1), patience)
      .toMatchObject({ type: 'exit', message: expect.stringMatching(/no-such-program|not found/) });
  });

  test('shows its events, newest first, and those of one object', async () => {
    const all = await rig.client().call(resourceRoutes.listEvents, { query: { namespaces: namespace, limit: 200 } });
    const times = all.items.map((event) => Date.parse(event.lastAt ?? ''));
    expect(times).toEqual([...times].sort((a, b) => b - a));
    const mine = await rig
      .client()
      .call(resourceRoutes.listEvents, { query: { namespaces: namespace, object: 'Pod/counter' } });
    expect(mine.items.length).toBeGreaterThan(0);
    expect(new Set(mine.items.map((event) => event.object.name))).toEqual(new Set(['counter']));
  });
});
