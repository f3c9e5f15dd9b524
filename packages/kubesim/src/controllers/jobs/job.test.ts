import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podTemplate, type TestCluster } from '../test-cluster.ts';
import { formatIndexes, parseIndexes } from './job-pods.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
});
afterEach(() => sim.close());

const template = (image: string, policy = 'Never') =>
  podTemplate(image, { labels: {}, spec: { restartPolicy: policy } });
const jobOf = (spec: Record<string, unknown> = {}, image = 'sim/job:1') => ({
  kind: 'Job',
  metadata: { name: 'task' },
  spec: { template: template(image), ...spec },
});
const job = () => sim.get('jobs.batch', 'task');
const conditions = () =>
  Object.fromEntries(
    (job()?.status?.conditions ?? []).filter((one) => one.status === 'True').map((one) => [one.type, one.reason]),
  );

describe('a Job', () => {
  it('runs one pod and completes', async () => {
    sim.create('jobs.batch', jobOf());
    await sim.advance(5);
    expect(job()?.status).toMatchObject({ active: 1, startTime: '2026-03-01T12:00:00Z' });
    await sim.advance(40);
    expect(job()?.status).toMatchObject({ succeeded: 1, ready: 0, completionTime: expect.any(String) });
    expect(job()?.status?.active).toBeUndefined();
    expect(conditions()).toEqual({ SuccessCriteriaMet: 'CompletionsReached', Complete: 'CompletionsReached' });
    expect(sim.events('task').map((event) => event.replace(/task-\w+/, 'task-x'))).toEqual([
      'SuccessfulCreate: Created pod: task-x',
      'Completed: Job completed',
    ]);
  });

  it('runs as many at a time as parallelism allows, up to its completions', async () => {
    sim.create('jobs.batch', jobOf({ completions: 5, parallelism: 2 }));
    let most = 0;
    for (let step = 0; step < 160; step++) {
      await sim.advance(0.5);
      most = Math.max(
        most,
        sim.list('pods').filter((pod) => pod.status?.phase === 'Running' || pod.status?.phase === 'Pending').length,
      );
    }
    expect(most).toBe(2);
    expect(job()?.status).toMatchObject({ succeeded: 5 });
    expect(conditions()).toHaveProperty('Complete');
    expect(sim.list('pods')).toHaveLength(5);
  });

  it('gives each pod of an Indexed Job an index and makes up for those that fail', async () => {
    sim.create('jobs.batch', jobOf({ completions: 3, parallelism: 3, completionMode: 'Indexed' }));
    await sim.advance(1);
    const pods = sim.list('pods');
    expect(pods.map((pod) => pod.metadata.annotations?.['batch.kubernetes.io/job-completion-index']).sort()).toEqual([
      '0',
      '1',
      '2',
    ]);
    expect(pods.every((pod) => /^task-[0-2]-\w{5}$/.test(pod.metadata.name))).toBe(true);
    sim.remove('pods', pods[1]?.metadata.name ?? '');
    await sim.advance(120);
    expect(job()?.status).toMatchObject({ completedIndexes: '0-2', succeeded: 3, failed: 1 });
  });

  it('fails after backoffLimit, with growing pauses between its tries', async () => {
    sim.create('jobs.batch', jobOf({ backoffLimit: 2 }, 'sim/failing-job:1'));
    await sim.advance(200);
    expect(job()?.status).toMatchObject({ failed: 3 });
    expect(conditions()).toMatchObject({ Failed: 'BackoffLimitExceeded', FailureTarget: 'BackoffLimitExceeded' });
    const made = sim
      .list('pods')
      .map((pod) => Date.parse(pod.metadata.creationTimestamp ?? ''))
      .sort((a, b) => a - b);
    expect((made[2] ?? 0) - (made[1] ?? 0)).toBeGreaterThan((made[1] ?? 0) - (made[0] ?? 0));
    expect(sim.events('task')).toContain('BackoffLimitExceeded: Job has reached the specified backoff limit');
  });

  it('counts restarts of its containers against the limit with OnFailure', async () => {
    sim.create('jobs.batch', {
      ...jobOf({ backoffLimit: 2 }),
      spec: { backoffLimit: 2, template: template('sim/failing-job:1', 'OnFailure') },
    });
    await sim.advance(200);
    expect(conditions()).toHaveProperty('Failed', 'BackoffLimitExceeded');
  });

  it('fails at its active deadline and ends its pods', async () => {
    sim.create('jobs.batch', jobOf({ activeDeadlineSeconds: 10 }, 'acme/endless:1'));
    await sim.advance(30);
    expect(conditions()).toHaveProperty('Failed', 'DeadlineExceeded');
    expect(sim.list('pods').filter((pod) => pod.status?.phase === 'Running')).toEqual([]);
  });

  it('is suspended without failing and resumes', async () => {
    sim.create('jobs.batch', jobOf());
    await sim.advance(5);
    sim.update('jobs.batch', 'task', (draft) => {
      draft.spec.suspend = true;
    });
    await sim.advance(20);
    expect(conditions()).toEqual({ Suspended: 'JobSuspended' });
    expect(sim.list('pods')).toEqual([]);
    expect(job()?.status?.startTime).toBeUndefined();
    sim.update('jobs.batch', 'task', (draft) => {
      draft.spec.suspend = false;
    });
    await sim.advance(60);
    expect(conditions()).toHaveProperty('Complete');
    expect(job()?.status?.failed).toBeUndefined();
  });

  it('is removed with its pods when its time to live is over', async () => {
    sim.create('jobs.batch', jobOf({ ttlSecondsAfterFinished: 60 }));
    await sim.advance(60);
    expect(job()).toBeDefined();
    await sim.advance(60);
    expect(job()).toBeUndefined();
    expect(sim.list('pods')).toEqual([]);
  });
});

describe('lists of indexes', () => {
  it.each([
    { indexes: [], text: '' },
    { indexes: [0], text: '0' },
    { indexes: [0, 1, 2, 5], text: '0-2,5' },
    { indexes: [1, 3, 4], text: '1,3,4' },
  ])('$indexes are "$text"', ({ indexes, text }) => {
    expect(formatIndexes(new Set(indexes))).toBe(text);
    expect([...parseIndexes(text)]).toEqual(indexes);
  });
});
