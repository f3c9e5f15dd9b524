import { fieldsOf, listOf, numberOf, timeOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { conditionOf, wordsOf } from '../condition.ts';
import { degraded, healthy, progressing, suspended, type Verdict } from '../verdict.ts';

export function jobHealth(job: KubeObject): Verdict {
  const failed = conditionOf(job, 'Failed');
  if (failed?.status === 'True') return degraded(failed.reason || 'Failed', wordsOf(failed, 'The job failed.'));
  if (conditionOf(job, 'Complete')?.status === 'True') return healthy('Complete', 'The job is complete.');
  if (fieldsOf(job.spec).suspend === true || conditionOf(job, 'Suspended')?.status === 'True') {
    return suspended('Suspended', 'The job is suspended.');
  }
  const { active, succeeded, failed: failures, startTime } = fieldsOf(job.status);
  if (timeOf(startTime) === undefined) return progressing('NotStarted', 'The job has not started yet.');
  const failedWords = numberOf(failures) > 0 ? `, ${numberOf(failures)} failed` : '';
  return progressing('Running', `${numberOf(active)} pods run, ${numberOf(succeeded)} succeeded${failedWords}.`);
}

/** `lastSuccessfulTime` exists since Kubernetes 1.21; without it a failed last run cannot be told. */
export function cronJobHealth(cronJob: KubeObject): Verdict {
  if (fieldsOf(cronJob.spec).suspend === true) return suspended('Suspended', 'Its schedule is suspended.');
  const { lastScheduleTime, lastSuccessfulTime, active } = fieldsOf(cronJob.status);
  const scheduled = timeOf(lastScheduleTime);
  const succeeded = timeOf(lastSuccessfulTime);
  const running = listOf(active).length;
  if (running > 0) return healthy('Running', `${running} ${running === 1 ? 'job runs' : 'jobs run'} now.`);
  if (scheduled !== undefined && succeeded !== undefined && succeeded < scheduled) {
    return degraded('LastRunFailed', 'The last scheduled run did not succeed.');
  }
  return healthy('Scheduled', scheduled === undefined ? 'It waits for its first time.' : 'It waits for its next time.');
}
