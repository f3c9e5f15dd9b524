import type { KubeObject } from '@pilothouse/kube';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { between } from './chance.ts';
import { type LogFormat, logFormatOf, logFormats } from './log-format.ts';

/** How a simulated container acts once its image is there. Times are seconds after its start. */
export type ContainerBehaviour = {
  /** Why the image cannot be pulled, when it cannot. */
  pull?: 'missing' | 'denied';
  pullSeconds: number;
  /** From when on the application answers its probes; Infinity: never. */
  readyAfter: number;
  /** When and how it ends by itself. */
  exit?: { after: number; code: number; reason: 'Completed' | 'Error' | 'OOMKilled' };
  /** From when on it no longer answers its liveness probe. */
  hangsAfter?: number;
  /** Time it takes to end after SIGTERM; Infinity when it ignores the signal. */
  stopSeconds: number;
  logs: LogFormat;
};

type Rule = { what: string } & Partial<ContainerBehaviour>;

/**
 * What an image named `sim/<name>` (with any registry before and any tag behind), or a pod with the annotation
 * `kubesim.pilothouse.dev/behaviour: <name>`, does. Any other image starts in a few seconds and runs.
 */
export const behaviours: Readonly<Record<string, Rule>> = {
  run: { what: 'starts and runs' },
  crash: {
    what: 'exits with 1 some seconds after its start',
    exit: { after: 4, code: 1, reason: 'Error' },
    logs: 'crash',
  },
  oom: {
    what: 'is killed for using too much memory',
    exit: { after: 25, code: 137, reason: 'OOMKilled' },
    logs: 'java',
  },
  missing: { what: 'its image does not exist', pull: 'missing' },
  denied: { what: 'its image may not be pulled', pull: 'denied' },
  job: { what: 'does its work and exits with 0', exit: { after: 12, code: 0, reason: 'Completed' }, logs: 'job' },
  'failing-job': {
    what: 'gives up with 1 after a while',
    exit: { after: 9, code: 1, reason: 'Error' },
    logs: 'failing-job',
  },
  slow: { what: 'takes a minute until it is ready', readyAfter: 60 },
  unready: { what: 'runs, but its readiness probe never passes', readyAfter: Number.POSITIVE_INFINITY },
  hang: { what: 'stops answering its liveness probe after five minutes', hangsAfter: 300 },
  flaky: {
    what: 'exits with 1 every quarter of an hour or so',
    exit: { after: 900, code: 1, reason: 'Error' },
    logs: 'java',
  },
  hostile: {
    what: 'runs and logs what a viewer must survive: escapes, HTML, control bytes, a line of 1 MB',
    logs: 'hostile',
  },
  stubborn: { what: 'ignores SIGTERM until it is killed', stopSeconds: Number.POSITIVE_INFINITY },
};

/** Init containers do their work and let the others begin, whatever the pod's annotations say. */
const initRule: Rule = {
  what: 'prepares and exits with 0',
  exit: { after: 2, code: 0, reason: 'Completed' },
  logs: 'json',
};

function isInit(pod: KubeObject, { name, image }: Container): boolean {
  const { spec } = pod as { spec?: PodSpec };
  const found = spec?.initContainers?.find((one) => one.name === name) as { restartPolicy?: string } | undefined;
  return found !== undefined && found.restartPolicy !== 'Always' && !/(?:^|\/)sim\//.test(image ?? '');
}

export const annotationPrefix = 'kubesim.pilothouse.dev/';

/** The name in the table that this container goes by, if any. */
export function behaviourName(pod: KubeObject, container: Pick<Container, 'name' | 'image'>): string | undefined {
  const annotations = pod.metadata.annotations ?? {};
  const annotated =
    annotations[`${annotationPrefix}behaviour.${container.name}`] ?? annotations[`${annotationPrefix}behaviour`];
  const named = annotated ?? /(?:^|\/)sim\/([a-z-]+)(?:[:@]|$)/.exec(container.image ?? '')?.[1];
  return named !== undefined && Object.hasOwn(behaviours, named) ? named : undefined;
}

/**
 * The behaviour of one run of a container. Annotations of the pod refine the table: `ready-after-seconds`, `exit-after-seconds`,
 * `exit-code`, `log-format`, each under `kubesim.pilothouse.dev/`. `attempt` (the restart count) varies the times a little.
 */
export function behaviourOf(pod: KubeObject, container: Container, attempt: number): ContainerBehaviour {
  const rule = isInit(pod, container) ? initRule : (behaviours[behaviourName(pod, container) ?? 'run'] ?? { what: '' });
  const chance = (about: string, low: number, high: number) =>
    between(`${pod.metadata.uid}/${container.name}/${attempt}/${about}`, low, high);
  const annotation = (name: string) => pod.metadata.annotations?.[annotationPrefix + name];
  const exit =
    rule === initRule
      ? rule.exit
      : exitOf(rule, { after: annotation('exit-after-seconds'), code: annotation('exit-code') });
  const format = annotation('log-format');
  return {
    pullSeconds: chance('pull', 0.9, 4.5),
    readyAfter: Number(annotation('ready-after-seconds') ?? rule.readyAfter ?? chance('ready', 0.8, 3.5)),
    stopSeconds: rule.stopSeconds ?? chance('stop', 0.3, 1.8),
    logs: logFormats.find((one) => one === format) ?? rule.logs ?? logFormatOf(container.image ?? ''),
    ...(rule.pull === undefined ? {} : { pull: rule.pull }),
    ...(rule.hangsAfter === undefined ? {} : { hangsAfter: rule.hangsAfter * chance('hang', 0.7, 1.3) }),
    ...(exit === undefined ? {} : { exit: { ...exit, after: exit.after * chance('exit', 0.8, 1.2) } }),
  };
}

function exitOf(
  rule: Rule,
  given: { after: string | undefined; code: string | undefined },
): ContainerBehaviour['exit'] {
  if (given.after === undefined && given.code === undefined) return rule.exit;
  const code = Number(given.code ?? rule.exit?.code ?? 0);
  return { after: Number(given.after ?? rule.exit?.after ?? 10), code, reason: code === 0 ? 'Completed' : 'Error' };
}
