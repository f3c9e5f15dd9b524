import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, podTemplate, type TestCluster } from '../test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
});
afterEach(() => sim.close());

const cronJobOf = (spec: Record<string, unknown> = {}, image = 'sim/job:1', annotations?: Record<string, string>) => ({
  kind: 'CronJob',
  metadata: { name: 'report' },
  spec: {
    schedule: '*/5 * * * *',
    jobTemplate: {
      spec: {
        template: podTemplate(image, {
          labels: { app: 'report' },
          spec: { restartPolicy: 'Never' },
          ...(annotations === undefined ? {} : { annotations }),
        }),
      },
    },
    ...spec,
  },
});
const long = { 'kubesim.pilothouse.dev/exit-after-seconds': '400' };
const jobs = () => sim.list('jobs.batch').map((job) => job.metadata.name);
const minuteOf = (text: string) => Math.floor(Date.parse(text) / 60_000);

describe('a CronJob', () => {
  it('starts a Job at each time of its schedule, named after it, and keeps three', async () => {
    sim.create('cronjobs.batch', cronJobOf());
    await sim.advance(5 * 60 + 5);
    expect(jobs()).toEqual([`report-${minuteOf('2026-03-01T12:05:00Z')}`]);
    expect(sim.get('cronjobs.batch', 'report')?.status).toMatchObject({
      lastScheduleTime: '2026-03-01T12:05:00Z',
      active: [{ kind: 'Job' }],
    });
    await sim.advance(32 * 60);
    expect(jobs()).toHaveLength(3);
    const status = sim.get('cronjobs.batch', 'report')?.status;
    expect(status?.lastSuccessfulTime).toBeDefined();
    expect(sim.events('report')).toEqual(
      expect.arrayContaining([
        `SuccessfulCreate: Created job report-${minuteOf('2026-03-01T12:05:00Z')}`,
        `SawCompletedJob: Saw completed job: report-${minuteOf('2026-03-01T12:05:00Z')}, condition: Complete`,
        `SuccessfulDelete: Deleted job report-${minuteOf('2026-03-01T12:05:00Z')}`,
      ]),
    );
  });

  it('keeps its schedule in its time zone', async () => {
    sim.create('cronjobs.batch', cronJobOf({ schedule: '30 14 * * *', timeZone: 'Europe/Berlin' }));
    await sim.advance(3 * 3600);
    expect(jobs()).toEqual([`report-${minuteOf('2026-03-01T13:30:00Z')}`]);
  });

  it.each([
    { policy: 'Allow', expected: ['12:05', '12:10'] },
    { policy: 'Forbid', expected: ['12:05'] },
    { policy: 'Replace', expected: ['12:10'] },
  ])('has $expected with concurrencyPolicy $policy when runs take long', async ({ policy, expected }) => {
    sim.create('cronjobs.batch', cronJobOf({ concurrencyPolicy: policy }, 'sim/job:1', long));
    await sim.advance(10 * 60 + 30);
    expect(jobs()).toEqual(expected.map((time) => `report-${minuteOf(`2026-03-01T${time}:00Z`)}`));
    if (policy === 'Forbid')
      expect(sim.events('report').some((event) => event.startsWith('JobAlreadyActive'))).toBe(true);
  });

  it('starts nothing while suspended, and only the last missed run after', async () => {
    sim.create('cronjobs.batch', cronJobOf({ suspend: true }));
    await sim.advance(22 * 60);
    expect(jobs()).toEqual([]);
    sim.update('cronjobs.batch', 'report', (draft) => {
      draft.spec.suspend = false;
    });
    await sim.advance(5);
    expect(jobs()).toEqual([`report-${minuteOf('2026-03-01T12:20:00Z')}`]);
  });

  it('skips what is later than its starting deadline', async () => {
    sim.create('cronjobs.batch', cronJobOf({ suspend: true, startingDeadlineSeconds: 30 }));
    await sim.advance(22 * 60);
    sim.update('cronjobs.batch', 'report', (draft) => {
      draft.spec.suspend = false;
    });
    await sim.advance(5);
    expect(jobs()).toEqual([]);
  });

  it('keeps one failed run', async () => {
    sim.create(
      'cronjobs.batch',
      cronJobOf({
        jobTemplate: {
          spec: { backoffLimit: 0, template: podTemplate('sim/failing-job:1', { spec: { restartPolicy: 'Never' } }) },
        },
      }),
    );
    await sim.advance(16 * 60);
    expect(jobs()).toHaveLength(1);
  });
});
