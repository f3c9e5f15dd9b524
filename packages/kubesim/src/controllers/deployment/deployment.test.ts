import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, deploymentOf, podTemplate, type TestCluster } from '../test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
});
afterEach(() => sim.close());

const readinessProbe = { httpGet: { path: '/', port: 80 } };
const template = (image: string) => podTemplate(image, { container: { readinessProbe } });
const deployment = () => sim.get('deployments.apps', 'web');
const condition = (type: string) => deployment()?.status?.conditions?.find((one) => one.type === type);
const sets = () =>
  sim
    .list('replicasets.apps')
    .sort(
      (a, b) =>
        Number(a.metadata.annotations?.['deployment.kubernetes.io/revision']) -
        Number(b.metadata.annotations?.['deployment.kubernetes.io/revision']),
    );
const setImage = (image: string) =>
  sim.update('deployments.apps', 'web', (draft) => {
    for (const one of draft.spec.template.spec?.containers ?? []) one.image = image;
  });
const images = () => [...new Set(sim.list('pods').map((pod) => pod.spec.containers[0]?.image))];

async function rolledOut(spec: Record<string, unknown> = {}) {
  sim.create('deployments.apps', deploymentOf('web', spec, template('acme/web:1')));
  await sim.advance(60);
}

describe('a Deployment', () => {
  it('makes one ReplicaSet, named after the hash of its template, and reports itself available and progressed', async () => {
    await rolledOut();
    const [set] = sets();
    const hash = set?.metadata.labels?.['pod-template-hash'];
    expect(set?.metadata.name).toBe(`web-${hash}`);
    expect(set?.metadata.annotations).toMatchObject({
      'deployment.kubernetes.io/revision': '1',
      'deployment.kubernetes.io/desired-replicas': '3',
      'deployment.kubernetes.io/max-replicas': '4',
    });
    expect(set?.spec.selector.matchLabels).toEqual({ app: 'web', 'pod-template-hash': hash });
    expect(sim.list('pods').every((pod) => pod.metadata.labels?.['pod-template-hash'] === hash)).toBe(true);
    expect(deployment()?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('1');
    expect(deployment()?.status).toMatchObject({
      observedGeneration: 1,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
    });
    expect(deployment()?.status?.unavailableReplicas).toBeUndefined();
    expect(condition('Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable' });
    expect(condition('Progressing')).toMatchObject({
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `ReplicaSet "web-${hash}" has successfully progressed.`,
    });
    expect(sim.events('web')).toContain(`ScalingReplicaSet: Scaled up replica set web-${hash} from 0 to 3`);
  });

  it.each([
    { strategy: { maxSurge: 1, maxUnavailable: 0 }, most: 5, least: 4 },
    { strategy: { maxSurge: 0, maxUnavailable: 1 }, most: 4, least: 3 },
    { strategy: { maxSurge: '50%', maxUnavailable: '25%' }, most: 6, least: 3 },
    { strategy: { maxSurge: '100%', maxUnavailable: 0 }, most: 8, least: 4 },
  ])(
    'stays between $least available and $most pods while it rolls out with $strategy',
    async ({ strategy, most, least }) => {
      await rolledOut({ replicas: 4, strategy: { type: 'RollingUpdate', rollingUpdate: strategy } });
      setImage('acme/web:2');
      for (let step = 0; step < 240; step++) {
        await sim.advance(0.5);
        const pods = sim.list('pods').filter((pod) => pod.metadata.deletionTimestamp === undefined);
        const ready = pods.filter((pod) =>
          pod.status?.conditions?.some((one) => one.type === 'Ready' && one.status === 'True'),
        );
        expect(pods.length).toBeLessThanOrEqual(most);
        expect(ready.length).toBeGreaterThanOrEqual(least);
      }
      expect(images()).toEqual(['acme/web:2']);
      expect(sets().map((set) => set.spec.replicas)).toEqual([0, 4]);
      expect(condition('Progressing')).toMatchObject({ reason: 'NewReplicaSetAvailable' });
    },
  );

  it('never runs old and new pods together with Recreate', async () => {
    await rolledOut({ strategy: { type: 'Recreate' } });
    setImage('acme/web:2');
    for (let step = 0; step < 80; step++) {
      await sim.advance(0.5);
      expect(images().length).toBeLessThanOrEqual(1);
    }
    expect(images()).toEqual(['acme/web:2']);
    expect(deployment()?.status?.availableReplicas).toBe(3);
  });

  it('goes back to an old template by its old ReplicaSet with a new revision, as `kubectl rollout undo` asks', async () => {
    await rolledOut();
    setImage('acme/web:2');
    await sim.advance(90);
    setImage('acme/web:1');
    await sim.advance(90);
    expect(
      sets().map((set) => [set.metadata.annotations?.['deployment.kubernetes.io/revision'], set.spec.replicas]),
    ).toEqual([
      ['2', 0],
      ['3', 3],
    ]);
    expect(sets()[1]?.metadata.annotations?.['deployment.kubernetes.io/revision-history']).toBe('1');
    expect(deployment()?.metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
    expect(images()).toEqual(['acme/web:1']);
  });

  it('holds a rollout while paused and goes on when resumed', async () => {
    await rolledOut();
    sim.update('deployments.apps', 'web', (draft) => {
      draft.spec.paused = true;
    });
    setImage('acme/web:2');
    await sim.advance(60);
    expect(images()).toEqual(['acme/web:1']);
    expect(condition('Progressing')).toMatchObject({ status: 'Unknown', reason: 'DeploymentPaused' });
    sim.update('deployments.apps', 'web', (draft) => {
      draft.spec.replicas = 5;
    });
    await sim.advance(30);
    expect(sim.list('pods')).toHaveLength(5);
    sim.update('deployments.apps', 'web', (draft) => {
      delete draft.spec.paused;
    });
    await sim.advance(120);
    expect(images()).toEqual(['acme/web:2']);
    expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('says when a rollout makes no progress for its deadline, keeps serving, and recovers with a good image', async () => {
    await rolledOut({ progressDeadlineSeconds: 60 });
    setImage('sim/missing:2');
    await sim.advance(50);
    expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
    await sim.advance(40);
    expect(condition('Progressing')).toMatchObject({
      status: 'False',
      reason: 'ProgressDeadlineExceeded',
      message: expect.stringMatching(/^ReplicaSet "web-\w+" has timed out progressing\.$/),
    });
    expect(condition('Available')?.status).toBe('True');
    expect(deployment()?.status).toMatchObject({
      replicas: 4,
      updatedReplicas: 1,
      availableReplicas: 3,
      unavailableReplicas: 1,
    });
    setImage('acme/web:3');
    await sim.advance(120);
    expect(condition('Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
    expect(images()).toEqual(['acme/web:3']);
  });

  it('keeps only revisionHistoryLimit old ReplicaSets', async () => {
    await rolledOut({ revisionHistoryLimit: 2 });
    for (const version of [2, 3, 4, 5]) {
      setImage(`acme/web:${version}`);
      await sim.advance(90);
    }
    expect(sets().map((set) => set.metadata.annotations?.['deployment.kubernetes.io/revision'])).toEqual([
      '3',
      '4',
      '5',
    ]);
  });

  it('shares a change of replicas among the ReplicaSets of a rollout under way', async () => {
    await rolledOut({
      replicas: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } },
    });
    setImage('sim/missing:2');
    await sim.advance(30);
    expect(sets().map((set) => set.spec.replicas)).toEqual([8, 5]);
    sim.update('deployments.apps', 'web', (draft) => {
      draft.spec.replicas = 15;
    });
    await sim.advance(30);
    // The example of the documentation of Kubernetes: 15 + 3 pods, in proportion.
    expect(sets().map((set) => set.spec.replicas)).toEqual([11, 7]);
  });

  it('reports that pods cannot be made', async () => {
    sim.create(
      'deployments.apps',
      deploymentOf(
        'web',
        {},
        podTemplate('acme/web:1', {
          spec: { containers: [{ name: 'main', image: 'acme/web:1' }], serviceAccountName: 'nobody-made-me' },
        }),
      ),
    );
    await sim.advance(30);
    expect(condition('ReplicaFailure')).toMatchObject({
      status: 'True',
      reason: 'FailedCreate',
      message: expect.stringContaining('serviceaccount "nobody-made-me" not found'),
    });
    sim.create('serviceaccounts', { kind: 'ServiceAccount', metadata: { name: 'nobody-made-me' } });
    await sim.advance(60);
    expect(condition('ReplicaFailure')).toBeUndefined();
    expect(deployment()?.status?.readyReplicas).toBe(3);
  });

  it('takes its ReplicaSets and pods along when it is deleted', async () => {
    await rolledOut();
    sim.remove('deployments.apps', 'web');
    await sim.advance(40);
    expect([...sim.list('replicasets.apps'), ...sim.list('pods')]).toEqual([]);
  });

  it('adopts ReplicaSets that match and have no controller', async () => {
    await rolledOut();
    sim.store.delete('deployments.apps', { namespace: 'default', name: 'web' }, { propagation: 'Orphan' });
    await sim.advance(20);
    const before = sim.list('pods').map((pod) => pod.metadata.name);
    expect(before).toHaveLength(3);
    sim.create('deployments.apps', deploymentOf('web', {}, template('acme/web:1')));
    await sim.advance(30);
    expect(sim.list('pods').map((pod) => pod.metadata.name)).toEqual(before);
  });
});
