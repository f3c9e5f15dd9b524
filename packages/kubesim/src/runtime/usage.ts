import type { KubeObject } from '@pilothouse/kube';
import type { PodSpec } from 'kubernetes-types/core/v1.d.ts';
import { quantity } from '../controllers/quantities.ts';
import type { UsageSample } from '../pod-runtime-port.ts';
import { fraction } from './chance.ts';
import { annotationPrefix } from './container-behaviour.ts';
import { statusOf } from './container-choice.ts';
import { trafficAt } from './traffic.ts';

const mebibyte = 1024 * 1024;

/** `load-replicas` under the prefix: for how many pods `cpu-share` holds; more of them share the same load. */
const loadAnnotation = `${annotationPrefix}load-replicas`;

/**
 * What each running container of a pod uses now. CPU follows the traffic: about 55 % of the request on average (`cpu-share` under
 * `kubesim.pilothouse.dev/` says another share). `siblings` is how many ready pods serve with this one. Memory grows towards a level of its own and saws as garbage is collected.
 */
export function podUsage(
  pod: KubeObject,
  now: number,
  siblings = 1,
): { container: string; usage: UsageSample }[] | undefined {
  const { spec } = pod as { spec?: PodSpec };
  const found: { container: string; usage: UsageSample }[] = [];
  for (const container of spec?.containers ?? []) {
    const running = statusOf(pod, container.name)?.state?.running;
    if (running === undefined) continue;
    const seed = `${pod.metadata.uid}/${container.name}`;
    const age = Math.max(0, now - Date.parse(running.startedAt ?? ''));
    found.push({
      container: container.name,
      usage: {
        cpuNanoCores: Math.round(cpu(pod, container, { seed, now, age }) * loadShare(pod, siblings)),
        memoryBytes: memory(container, { seed, now, age }),
      },
    });
  }
  return found.length === 0 ? undefined : found;
}

/** Scaling out takes load off each pod, where the annotation says how much there is. */
function loadShare(pod: KubeObject, siblings: number): number {
  const replicas = Number(pod.metadata.annotations?.[loadAnnotation]);
  return replicas > 0 ? Math.min(3, replicas / Math.max(1, siblings)) : 1;
}

type Resources = { resources?: { requests?: Record<string, string>; limits?: Record<string, string> } };
type Moment = { seed: string; now: number; age: number };

function cpu(pod: KubeObject, { resources }: Resources, { seed, now, age }: Moment): number {
  const request = quantity(resources?.requests?.cpu) || 0.05;
  const limit = quantity(resources?.limits?.cpu) || request * 6;
  const share = Number(
    pod.metadata.annotations?.[`${annotationPrefix}cpu-share`] ?? 0.45 + fraction(`${seed}/cpu`) * 0.2,
  );
  // Samples are of 15 s, as metrics-server's are; a start costs more.
  const jitter = 0.88 + fraction(`${seed}/${Math.floor(now / 15_000)}`) * 0.24;
  const start = age < 20_000 ? 1.8 : 1;
  return Math.round(Math.min(limit, request * share * trafficAt(now) * jitter * start) * 1e9);
}

function memory({ resources }: Resources, { seed, now, age }: Moment): number {
  const request = quantity(resources?.requests?.memory) || 64 * mebibyte;
  const limit = quantity(resources?.limits?.memory) || request * 2;
  const level = request * (0.55 + fraction(`${seed}/memory`) * 0.3);
  const warm = 1 - Math.exp(-age / 600_000);
  const saw = ((now / 1000 + fraction(seed) * 180) % 180) / 180;
  return Math.round(Math.min(limit * 0.97, level * (0.6 + 0.4 * warm) + request * 0.06 * saw));
}
