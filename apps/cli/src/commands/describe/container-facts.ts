import type { KubeObject } from '@pilothouse/kube';
import { ageOf } from '../../output/age.ts';
import { type Fact, list, pairList, part, strings, text } from './kind-facts.ts';

type Part = Record<string, unknown>;

/** The containers of a pod or of a workload's template, init containers first and marked. */
export function containersOf(object: KubeObject, now: number): [name: string, facts: Fact[]][] {
  const spec = podSpecOf(object);
  const status = object.kind === 'Pod' ? part(object.status) : {};
  const statuses = [...list(status.initContainerStatuses), ...list(status.containerStatuses)];
  const factsOf = (container: Part) =>
    containerFacts(container, { status: statuses.find(({ name }) => name === container.name), now });
  return [
    ...list(spec.initContainers).map((each): [string, Fact[]] => [`${text(each.name)} (init)`, factsOf(each)]),
    ...list(spec.containers).map((each): [string, Fact[]] => [text(each.name) ?? '', factsOf(each)]),
  ];
}

function podSpecOf(object: KubeObject): Part {
  if (object.kind === 'Pod') return part(object.spec);
  const template =
    object.kind === 'CronJob' ? part(part(part(object.spec).jobTemplate).spec).template : part(object.spec).template;
  return part(part(template).spec);
}

function containerFacts(container: Part, { status, now }: { status: Part | undefined; now: number }): Fact[] {
  return [
    ['Image', text(container.image)],
    ['State', status && stateText(part(status.state), now)],
    ['Last state', status && stateText(part(status.lastState), now)],
    ['Ready', status && (status.ready === true ? 'yes' : 'no')],
    ['Restarts', status && text(status.restartCount)],
    ['Command', strings(container.command).join(' ')],
    ['Arguments', strings(container.args).join(' ')],
    ['Ports', list(container.ports).map((port) => `${text(port.containerPort)}/${text(port.protocol) ?? 'TCP'}`)],
    ['Requests', pairList(part(container.resources).requests).join(', ')],
    ['Limits', pairList(part(container.resources).limits).join(', ')],
    ['Liveness', probeText(part(container.livenessProbe))],
    ['Readiness', probeText(part(container.readinessProbe))],
    ['Startup', probeText(part(container.startupProbe))],
    ['Environment', [...list(container.env).map(envText), ...list(container.envFrom).map(envFromText)]],
    [
      'Mounts',
      list(container.volumeMounts).map(
        (each) => `${text(each.mountPath)} from ${text(each.name)}${each.readOnly === true ? ' (read-only)' : ''}`,
      ),
    ],
  ];
}

/** `running since 3h`, `waiting: CrashLoopBackOff: …`, `terminated: Error, exit code 1, 5m ago`. */
function stateText(state: Part, now: number): string | undefined {
  const [name, value] = Object.entries(state)[0] ?? [];
  if (!name) return undefined;
  const { reason, message, startedAt, finishedAt, exitCode } = part(value);
  if (name === 'running') return `running for ${ageOf(text(startedAt), now)}`;
  const exit = exitCode === undefined ? '' : `, exit code ${text(exitCode)}`;
  const when = finishedAt ? `, ${ageOf(text(finishedAt), now)} ago` : '';
  return `${[name, text(reason), text(message)].filter(Boolean).join(': ')}${exit}${when}`;
}

function probeText(probe: Part): string | undefined {
  const http = part(probe.httpGet);
  const action = probe.httpGet
    ? `http ${text(http.path) ?? '/'} on ${text(http.port)}`
    : probe.exec
      ? `exec ${strings(part(probe.exec).command).join(' ')}`
      : probe.tcpSocket
        ? `tcp ${text(part(probe.tcpSocket).port)}`
        : probe.grpc
          ? `grpc ${text(part(probe.grpc).port)}`
          : undefined;
  return action && `${action} every ${text(probe.periodSeconds) ?? 10}s, ${text(probe.failureThreshold) ?? 3} failures`;
}

function envText(env: Part): string {
  if (!env.valueFrom) return `${text(env.name)}=${text(env.value) ?? ''}`;
  const [type, source] = Object.entries(part(env.valueFrom))[0] ?? [];
  const from = part(source);
  const name = { configMapKeyRef: 'config map', secretKeyRef: 'secret', fieldRef: 'field' }[type ?? ''] ?? type;
  return `${text(env.name)} from ${name} ${[text(from.name), text(from.key) ?? text(from.fieldPath) ?? text(from.resource)].filter(Boolean).join(', ')}`;
}

function envFromText(source: Part): string {
  const from = source.configMapRef
    ? `config map ${text(part(source.configMapRef).name)}`
    : `secret ${text(part(source.secretRef).name)}`;
  return `all of ${from}`;
}
