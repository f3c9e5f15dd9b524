import type { Tone } from '../../design/state-tone.ts';
import { asList, asNumber, asObject, asText, at, type Json } from './kube-shape.ts';

export type ContainerRow = {
  name: string;
  type: 'container' | 'init' | 'ephemeral';
  image: string;
  state: string;
  tone: Tone;
  message?: string;
  ready?: boolean;
  restarts?: number;
  /** Why and when it last ended. */
  last?: string;
  lastAt?: string;
  ports: string;
  requests: string;
  limits: string;
};

const groups = [
  ['containers', 'containerStatuses', 'container'],
  ['initContainers', 'initContainerStatuses', 'init'],
  ['ephemeralContainers', 'ephemeralContainerStatuses', 'ephemeral'],
] as const;

/** The containers of a pod with their states, or of a workload's template without. */
export function containersOf(object: unknown): ContainerRow[] {
  const template =
    at(object, 'spec', 'template', 'spec') ?? at(object, 'spec', 'jobTemplate', 'spec', 'template', 'spec');
  const spec = asObject(template ?? at(object, 'spec'));
  const status = template === undefined ? asObject(at(object, 'status')) : {};
  return groups.flatMap(([list, statuses, type]) =>
    asList(spec[list]).map((container) => {
      const name = asText(at(container, 'name')) ?? '';
      const own = asList(status[statuses]).find((each) => at(each, 'name') === name);
      return containerRow({ container, status: own, type, templated: template !== undefined });
    }),
  );
}

type Source = { container: Json; status: Json | undefined; type: ContainerRow['type']; templated: boolean };

function containerRow({ container, status, type, templated }: Source): ContainerRow {
  const state = templated ? { state: '', tone: 'none' as const } : stateOf(status, type);
  const last = asObject(at(status, 'lastState', 'terminated'));
  const ready = at(status, 'ready');
  const restarts = asNumber(at(status, 'restartCount'));
  const reason = asText(last.reason);
  const finished = asText(last.finishedAt);
  return {
    name: asText(at(container, 'name')) ?? '',
    type,
    image: asText(at(container, 'image')) ?? '',
    ...state,
    ...(typeof ready === 'boolean' ? { ready } : {}),
    ...(restarts === undefined ? {} : { restarts }),
    ...(reason === undefined ? {} : { last: `${reason} (${asText(last.exitCode) ?? '?'})` }),
    ...(finished === undefined ? {} : { lastAt: finished }),
    ports: asList(at(container, 'ports'))
      .map((port) => `${asText(at(port, 'containerPort')) ?? ''}${at(port, 'protocol') === 'UDP' ? '/UDP' : ''}`)
      .join(', '),
    requests: resourcesText(at(container, 'resources', 'requests')),
    limits: resourcesText(at(container, 'resources', 'limits')),
  };
}

function stateOf(
  status: Json | undefined,
  type: ContainerRow['type'],
): Pick<ContainerRow, 'state' | 'tone' | 'message'> {
  const running = at(status, 'state', 'running');
  if (running !== undefined) {
    const ready = at(status, 'ready') === true || type === 'ephemeral';
    return { state: ready ? 'Running' : 'Not ready', tone: ready ? 'ok' : 'busy' };
  }
  for (const name of ['waiting', 'terminated'] as const) {
    const state = at(status, 'state', name);
    if (state === undefined) continue;
    const reason = asText(at(state, 'reason')) ?? (name === 'waiting' ? 'Waiting' : 'Terminated');
    const message = asText(at(state, 'message'));
    const ended = name === 'terminated' && at(state, 'exitCode') === 0;
    const starting = reason === 'ContainerCreating' || reason === 'PodInitializing';
    return {
      state: reason,
      tone: ended ? 'ok' : starting ? 'busy' : 'bad',
      ...(message === undefined ? {} : { message }),
    };
  }
  return { state: 'Unknown', tone: 'none' };
}

function resourcesText(resources: unknown): string {
  return Object.entries(asObject(resources))
    .map(([name, amount]) => `${name} ${asText(amount) ?? ''}`)
    .join(', ');
}
