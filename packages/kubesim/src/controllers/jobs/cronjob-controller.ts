import { messageOf } from '@pilothouse/core';
import { Cron } from 'croner';
import { cloneJson } from '../../runtime/clone-json.ts';
import type { CronJob, Job } from '../cluster-kinds.ts';
import { controllerOf, controllerReference, keyOf, refOf, splitKey } from '../cluster-store.ts';
import { type Condition, isTrue } from '../conditions.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { timeOf, timestamp } from '../timestamps.ts';
import { isOver } from './job-controller.ts';

const source = { component: 'cronjob-controller' };
const manager = 'kube-controller-manager';
const mostMissed = 100;

/** Starts Jobs on their schedules and keeps the history limits. */
export function startCronJobController({ store, clock, work, recorder }: ControllerDeps): void {
  const queue = work.queue('cronjob', reconcile);
  const seenDone = new Set<string>();

  store.subscribe('cronjobs.batch', ({ type, object }) => {
    if (type !== 'DELETED') queue.add(keyOf(object));
  });
  store.subscribe('jobs.batch', ({ type, object }) => {
    if (type === 'DELETED') seenDone.delete(object.metadata.uid ?? '');
    const owner = controllerOf(object, 'CronJob');
    if (owner !== undefined) queue.add(`${object.metadata.namespace}/${owner.name}`);
  });
  for (const cronJob of store.list('cronjobs.batch')) queue.add(keyOf(cronJob));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const cronJob = store.get('cronjobs.batch', namespace, name);
    if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined) return;
    const jobs = store.owned('jobs.batch', cronJob.metadata.uid);
    noteEnded(cronJob, jobs);
    trim(cronJob, jobs);
    if (cronJob.spec.suspend === true) return;
    const schedule = scheduleOf(cronJob);
    if (schedule === undefined) return;
    const due = lastDue(cronJob, schedule);
    if (due !== undefined) startAt(cronJob, jobs, due);
    const next = schedule.nextRun(new Date(clock.now()));
    if (next !== null) queue.add(key, next.getTime() - clock.now() + 100);
  }

  function scheduleOf(cronJob: CronJob): Cron | undefined {
    try {
      return new Cron(cronJob.spec.schedule, { paused: true, timezone: cronJob.spec.timeZone ?? 'UTC' });
    } catch (error) {
      recorder.record(source, cronJob, {
        type: 'Warning',
        reason: 'UnparseableSchedule',
        message: `unparseable schedule: ${JSON.stringify(cronJob.spec.schedule)} : ${messageOf(error)}`,
      });
      return undefined;
    }
  }

  /** The latest time on the schedule that passed and was not served. */
  function lastDue(cronJob: CronJob, schedule: Cron): number | undefined {
    const now = clock.now();
    let from = timeOf(cronJob.status?.lastScheduleTime) ?? timeOf(cronJob.metadata.creationTimestamp) ?? now;
    const { startingDeadlineSeconds } = cronJob.spec;
    if (startingDeadlineSeconds !== undefined) from = Math.max(from, now - startingDeadlineSeconds * 1000);
    let due: number | undefined;
    let missed = 0;
    for (
      let next = schedule.nextRun(new Date(from));
      next !== null && next.getTime() <= now;
      next = schedule.nextRun(next)
    ) {
      due = next.getTime();
      if (++missed <= mostMissed) continue;
      const message = `too many missed start times: ${missed}. Set or decrease .spec.startingDeadlineSeconds or check clock skew`;
      recorder.record(source, cronJob, { type: 'Warning', reason: 'TooManyMissedTimes', message });
      return schedule.previousRuns(1, new Date(now))[0]?.getTime() ?? due;
    }
    return due;
  }

  function startAt(cronJob: CronJob, jobs: readonly Job[], due: number): void {
    const active = jobs.filter((job) => !isOver(job) && job.metadata.deletionTimestamp === undefined);
    if (active.length > 0 && cronJob.spec.concurrencyPolicy === 'Forbid') {
      recorder.record(source, cronJob, {
        type: 'Normal',
        reason: 'JobAlreadyActive',
        message: 'Not starting job because prior execution is running and concurrency policy is Forbid',
      });
      return;
    }
    if (cronJob.spec.concurrencyPolicy === 'Replace') for (const job of active) removeJob(cronJob, job);
    const name = `${cronJob.metadata.name}-${Math.floor(due / 60_000)}`;
    const namespace = cronJob.metadata.namespace ?? 'default';
    if (store.get('jobs.batch', namespace, name) === undefined) {
      const { metadata, spec } = cronJob.spec.jobTemplate;
      const job = store.create(
        'jobs.batch',
        {
          apiVersion: 'batch/v1',
          kind: 'Job',
          metadata: {
            name,
            namespace,
            ...(metadata?.labels === undefined ? {} : { labels: { ...metadata.labels } }),
            annotations: {
              ...metadata?.annotations,
              'batch.kubernetes.io/cronjob-scheduled-timestamp': timestamp(due),
            },
            ownerReferences: [controllerReference(cronJob)],
          },
          spec: cloneJson(spec ?? { template: {} }),
        },
        { manager },
      );
      recorder.record(source, cronJob, {
        type: 'Normal',
        reason: 'SuccessfulCreate',
        message: `Created job ${job.metadata.name}`,
      });
    }
    writeStatus(cronJob, { lastScheduleTime: timestamp(due) });
  }

  function noteEnded(cronJob: CronJob, jobs: readonly Job[]): void {
    let last = cronJob.status?.lastSuccessfulTime;
    for (const job of jobs) {
      const uid = job.metadata.uid ?? '';
      if (!isOver(job) || seenDone.has(uid)) continue;
      seenDone.add(uid);
      const complete = isTrue(job.status?.conditions as Condition[] | undefined, 'Complete');
      const message = `Saw completed job: ${job.metadata.name}, condition: ${complete ? 'Complete' : 'Failed'}`;
      recorder.record(source, cronJob, { type: 'Normal', reason: 'SawCompletedJob', message });
      if (complete && (timeOf(job.status?.completionTime) ?? 0) > (timeOf(last) ?? 0))
        last = job.status?.completionTime;
    }
    writeStatus(cronJob, last === undefined ? {} : { lastSuccessfulTime: last });
  }

  function writeStatus(cronJob: CronJob, facts: { lastScheduleTime?: string; lastSuccessfulTime?: string }): void {
    const active = store.owned('jobs.batch', cronJob.metadata.uid).filter((job) => !isOver(job));
    store.update(
      'cronjobs.batch',
      refOf(cronJob),
      (draft) => {
        const { active: _, ...before } = draft.status ?? {};
        const references = active.map((job) => ({
          kind: 'Job',
          namespace: job.metadata.namespace ?? 'default',
          name: job.metadata.name,
          uid: job.metadata.uid ?? '',
          apiVersion: 'batch/v1',
          resourceVersion: job.metadata.resourceVersion ?? '',
        }));
        draft.status = { ...before, ...facts, ...(references.length > 0 ? { active: references } : {}) };
      },
      { subresource: 'status', manager },
    );
  }

  function trim(cronJob: CronJob, jobs: readonly Job[]): void {
    const over = jobs
      .filter(isOver)
      .sort((a, b) => (timeOf(a.status?.startTime) ?? 0) - (timeOf(b.status?.startTime) ?? 0));
    const complete = over.filter((job) => isTrue(job.status?.conditions as Condition[] | undefined, 'Complete'));
    const failed = over.filter((job) => !complete.includes(job));
    const keep = [
      [complete, cronJob.spec.successfulJobsHistoryLimit ?? 3],
      [failed, cronJob.spec.failedJobsHistoryLimit ?? 1],
    ] as const;
    for (const [list, limit] of keep)
      for (const job of list.slice(0, Math.max(0, list.length - limit))) removeJob(cronJob, job);
  }

  function removeJob(cronJob: CronJob, job: Job): void {
    store.delete('jobs.batch', refOf(job), { propagation: 'Background' });
    recorder.record(source, cronJob, {
      type: 'Normal',
      reason: 'SuccessfulDelete',
      message: `Deleted job ${job.metadata.name}`,
    });
  }
}
