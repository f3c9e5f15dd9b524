import type { Job, Pod } from '../cluster-kinds.ts';
import { controllerOf, keyOf, refOf, splitKey } from '../cluster-store.ts';
import { type Condition, isTrue, withCondition } from '../conditions.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { claimPods, createPod, deletePod, isActive, isReady, restartsOf } from '../pod-control.ts';
import { timeOf, timestamp } from '../timestamps.ts';
import { formatIndexes, freeIndexes, giveIndex, indexOf, parseIndexes } from './job-pods.ts';

const source = { component: 'job-controller' };
const manager = 'kube-controller-manager';
const firstBackoff = 10_000;
const longestBackoff = 600_000;

type Tally = { active: Pod[]; succeeded: number; failed: number; completed: Set<number> };
/** What ended pods count for, beyond what is still there to be seen. */
type Ledger = { counted: Set<string>; succeeded: number; failed: number; completed: Set<number>; lastFailure: number };
type Ending = { type: 'Complete' | 'Failed'; reason: string; message: string };

/** Runs Jobs to their completions, with backoff, deadline, suspension, indexes and removal after their time to live. */
export function startJobController(deps: ControllerDeps): void {
  const { store, clock, work, recorder } = deps;
  const queue = work.queue('job', reconcile);
  const ledgers = new Map<string, Ledger>();

  store.subscribe('jobs.batch', ({ type, object }) => {
    if (type === 'DELETED') ledgers.delete(object.metadata.uid ?? '');
    else queue.add(keyOf(object));
  });
  store.subscribe('pods', ({ type, object }) => {
    const owner = controllerOf(object, 'Job');
    if (owner === undefined) return;
    if (type === 'DELETED') count(ledgerOf(owner.uid), object, true);
    queue.add(`${object.metadata.namespace}/${owner.name}`);
  });
  for (const job of store.list('jobs.batch')) queue.add(keyOf(job));

  function ledgerOf(uid: string): Ledger {
    const known = ledgers.get(uid) ?? {
      counted: new Set(),
      succeeded: 0,
      failed: 0,
      completed: new Set(),
      lastFailure: 0,
    };
    ledgers.set(uid, known);
    return known;
  }

  /** A pod that went away without having ended counts as failed. */
  function count(ledger: Ledger, pod: Pod, gone: boolean): void {
    const uid = pod.metadata.uid ?? '';
    const phase = pod.status?.phase;
    const ended = phase === 'Succeeded' || phase === 'Failed';
    if (ledger.counted.has(uid) || (!ended && !gone)) return;
    ledger.counted.add(uid);
    if (phase === 'Succeeded') {
      ledger.succeeded++;
      if (indexOf(pod) >= 0) ledger.completed.add(indexOf(pod));
    } else {
      ledger.failed++;
      ledger.lastFailure = clock.now();
    }
  }

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const job = store.get('jobs.batch', namespace, name);
    if (job === undefined) return;
    if (isOver(job)) return expire(job);
    if (job.metadata.deletionTimestamp !== undefined) return;
    if (job.status?.startTime === undefined && job.spec.suspend !== true) return begin(job);
    const tally = tallyOf(job);
    const ending = endingOf(job, tally);
    if (ending !== undefined) return finish(job, tally, ending);
    if (job.spec.suspend === true) return suspend(job, tally);
    resume(job);
    match(job, tally);
    report(job, tallyOf(job));
    const deadline = deadlineOf(job);
    if (deadline !== undefined) queue.add(key, deadline - clock.now());
  }

  function tallyOf(job: Job): Tally {
    const ledger = ledgerOf(job.metadata.uid ?? '');
    const pods = claimPods(deps, job, job.spec.selector);
    for (const pod of pods) count(ledger, pod, false);
    return {
      active: pods.filter(isActive),
      succeeded: ledger.succeeded,
      failed: ledger.failed,
      completed: ledger.completed,
    };
  }

  function begin(job: Job): void {
    writeStatus(job, (status) => ({ ...status, startTime: timestamp(clock.now()) }));
    queue.add(keyOf(job));
  }

  function endingOf(job: Job, { active, succeeded, failed, completed }: Tally): Ending | undefined {
    const { completions, backoffLimit = 6 } = job.spec;
    const restarts =
      job.spec.template.spec?.restartPolicy === 'OnFailure' ? active.reduce((sum, pod) => sum + restartsOf(pod), 0) : 0;
    if (failed > backoffLimit || (restarts > 0 && failed + restarts > backoffLimit)) {
      return { type: 'Failed', reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
    }
    const deadline = deadlineOf(job);
    if (deadline !== undefined && clock.now() >= deadline) {
      return { type: 'Failed', reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
    }
    const done = isIndexed(job)
      ? completed.size >= (completions ?? 1)
      : completions === undefined
        ? succeeded > 0 && active.length === 0
        : succeeded >= completions;
    return done
      ? { type: 'Complete', reason: 'CompletionsReached', message: 'Reached expected number of succeeded pods' }
      : undefined;
  }

  function finish(job: Job, tally: Tally, ending: Ending): void {
    for (const pod of tally.active) deletePod(deps, { owner: job, source }, pod);
    const complete = ending.type === 'Complete';
    const now = clock.now();
    writeStatus(job, (status) => {
      let conditions = (status.conditions ?? []) as Condition[];
      const probed = { status: 'True', reason: ending.reason, message: ending.message, lastProbeTime: timestamp(now) };
      conditions = withCondition(
        conditions,
        { type: complete ? 'SuccessCriteriaMet' : 'FailureTarget', ...probed },
        now,
      );
      conditions = withCondition(conditions, { type: ending.type, ...probed }, now);
      const { active: _, ...rest } = status;
      return {
        ...rest,
        ...counts(job, { ...tally, active: [] }),
        ...(complete ? { completionTime: timestamp(now) } : {}),
        conditions: conditions as NonNullable<typeof status.conditions>,
      };
    });
    if (complete) recorder.record(source, job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
    else recorder.record(source, job, { type: 'Warning', reason: ending.reason, message: ending.message });
  }

  function suspend(job: Job, tally: Tally): void {
    for (const pod of tally.active) deletePod(deps, { owner: job, source }, pod);
    if (!isTrue(job.status?.conditions as Condition[] | undefined, 'Suspended')) {
      setSuspended(job, { status: 'True', reason: 'JobSuspended', message: 'Job suspended' });
      recorder.record(source, job, { type: 'Normal', reason: 'Suspended', message: 'Job suspended' });
    }
    // Suspension is no failure of the pods it ended.
    ledgerOf(job.metadata.uid ?? '').failed = tally.failed;
    for (const pod of tally.active) ledgerOf(job.metadata.uid ?? '').counted.add(pod.metadata.uid ?? '');
    writeStatus(job, ({ startTime: _, ...status }) => ({ ...status, ...counts(job, { ...tally, active: [] }) }));
  }

  function resume(job: Job): void {
    if (!isTrue(job.status?.conditions as Condition[] | undefined, 'Suspended')) return;
    setSuspended(job, { status: 'False', reason: 'JobResumed', message: 'Job resumed' });
    recorder.record(source, job, { type: 'Normal', reason: 'Resumed', message: 'Job resumed' });
  }

  function setSuspended(job: Job, condition: Omit<Condition, 'type'>): void {
    const now = clock.now();
    writeStatus(job, (status) => {
      const probed = { type: 'Suspended', ...condition, lastProbeTime: timestamp(now) };
      const conditions = withCondition(status.conditions as Condition[] | undefined, probed, now);
      return { ...status, conditions: conditions as NonNullable<typeof status.conditions> };
    });
  }

  /** Starts or ends pods so that as many run as should; after failures it waits, twice as long each time. */
  function match(job: Job, { active, succeeded, completed }: Tally): void {
    const { parallelism = 1, completions } = job.spec;
    const left = isIndexed(job)
      ? (completions ?? 1) - completed.size
      : completions === undefined
        ? succeeded > 0
          ? active.length
          : parallelism
        : completions - succeeded;
    const wanted = Math.min(parallelism, left);
    for (const pod of active.slice(wanted)) deletePod(deps, { owner: job, source }, pod);
    let missing = wanted - active.length;
    if (missing <= 0) return;
    const ledger = ledgerOf(job.metadata.uid ?? '');
    const delay = ledger.failed === 0 ? 0 : Math.min(longestBackoff, firstBackoff * 2 ** (ledger.failed - 1));
    const rest = ledger.lastFailure + delay - clock.now();
    if (ledger.failed > 0 && rest > 0) return void queue.add(keyOf(job), rest);
    const from = { owner: job, template: job.spec.template, source };
    if (isIndexed(job)) {
      const taken = new Set([...completed, ...active.map(indexOf)]);
      for (const index of freeIndexes(completions ?? 1, taken, missing))
        createPod(deps, from, { adjust: (pod) => giveIndex(pod, job, index) });
      return;
    }
    for (; missing > 0; missing--) createPod(deps, from);
  }

  function report(job: Job, tally: Tally): void {
    writeStatus(job, ({ active: _, ...status }) => ({ ...status, ...counts(job, tally) }));
  }

  function writeStatus(job: Job, change: (status: NonNullable<Job['status']>) => NonNullable<Job['status']>): void {
    store.update(
      'jobs.batch',
      refOf(job),
      (draft) => {
        draft.status = change(draft.status ?? {});
      },
      { subresource: 'status', manager },
    );
  }

  function deadlineOf(job: Job): number | undefined {
    const start = timeOf(job.status?.startTime);
    return job.spec.activeDeadlineSeconds === undefined || start === undefined
      ? undefined
      : start + job.spec.activeDeadlineSeconds * 1000;
  }

  function expire(job: Job): void {
    const seconds = job.spec.ttlSecondsAfterFinished;
    if (seconds === undefined) return;
    const ended = Math.max(...(job.status?.conditions ?? []).map((one) => timeOf(one.lastTransitionTime) ?? 0));
    const rest = ended + seconds * 1000 - clock.now();
    if (rest > 0) queue.add(keyOf(job), rest);
    else store.delete('jobs.batch', refOf(job), { propagation: 'Background' });
  }
}

function isIndexed(job: Job): boolean {
  return job.spec.completionMode === 'Indexed';
}

export function isOver(job: Job): boolean {
  const conditions = job.status?.conditions as Condition[] | undefined;
  return isTrue(conditions, 'Complete') || isTrue(conditions, 'Failed');
}

function counts(job: Job, { active, succeeded, failed, completed }: Tally): NonNullable<Job['status']> {
  const before = parseIndexes(job.status?.completedIndexes);
  const indexes = formatIndexes(new Set([...before, ...completed]));
  return {
    ...(active.length > 0 ? { active: active.length } : {}),
    ready: active.filter(isReady).length,
    ...(succeeded > 0 ? { succeeded } : {}),
    ...(failed > 0 ? { failed } : {}),
    ...(job.spec.completionMode === 'Indexed' && indexes !== '' ? { completedIndexes: indexes } : {}),
    terminating: 0,
    uncountedTerminatedPods: {},
  };
}
