import type { Job, Pod } from '../cluster-kinds.ts';

export const indexAnnotation = 'batch.kubernetes.io/job-completion-index';

/** `0,2-4` as a set of numbers. */
export function parseIndexes(text: string | undefined): Set<number> {
  const indexes = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const [from, to = from] = part.split('-').map(Number);
    if (part === '' || from === undefined || to === undefined) continue;
    for (let index = from; index <= to; index++) indexes.add(index);
  }
  return indexes;
}

/** A set of numbers as `0,2-4`, as Job.status.completedIndexes writes it. */
export function formatIndexes(indexes: ReadonlySet<number>): string {
  const sorted = [...indexes].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; at++) {
    const from = sorted[at] ?? 0;
    let to = from;
    while (sorted[at + 1] === to + 1) {
      to++;
      at++;
    }
    parts.push(from === to ? String(from) : to === from + 1 ? `${from},${to}` : `${from}-${to}`);
  }
  return parts.join(',');
}

export function indexOf(pod: Pod): number {
  return Number(pod.metadata.annotations?.[indexAnnotation] ?? -1);
}

/** Makes a pod the one of an index of an Indexed Job. */
export function giveIndex(pod: { metadata: Pod['metadata']; spec: Pod['spec'] }, job: Job, index: number): void {
  pod.metadata.annotations = { ...pod.metadata.annotations, [indexAnnotation]: String(index) };
  pod.metadata.labels = { ...pod.metadata.labels, [indexAnnotation]: String(index) };
  pod.metadata.generateName = `${job.metadata.name}-${index}-`;
  pod.spec.hostname = `${job.metadata.name}-${index}`;
  const variable = {
    name: 'JOB_COMPLETION_INDEX',
    valueFrom: { fieldRef: { fieldPath: `metadata.annotations['${indexAnnotation}']` } },
  };
  for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])])
    container.env = [...(container.env ?? []), variable];
}

/** The lowest indexes below `completions` that are neither done nor taken. */
export function freeIndexes(completions: number, taken: ReadonlySet<number>, count: number): number[] {
  const free: number[] = [];
  for (let index = 0; index < completions && free.length < count; index++) if (!taken.has(index)) free.push(index);
  return free;
}
