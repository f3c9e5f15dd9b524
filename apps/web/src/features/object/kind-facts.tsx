import { Age } from '../../design/Age.tsx';
import type { Fact } from '../../design/Facts.tsx';
import { formatDuration } from '../../design/format.ts';
import { texts } from '../../texts.ts';
import type { ObjectRef } from '../resources/object-ref.ts';
import { asList, asNumber, asObject, asText, asTexts, at, type JsonObject } from './kube-shape.ts';
import { ObjectLink } from './ObjectLink.tsx';
import { podSelector } from './pod-selector.ts';

type FactsOf = (object: JsonObject, target: ObjectRef) => Fact[];

const words = texts.facts;

function fact(label: string, value: unknown): Fact {
  const text = asText(value);
  return text === undefined ? undefined : { label, value: text };
}

function ageFact(label: string, value: unknown): Fact {
  const since = asText(value);
  return since === undefined ? undefined : { label, value: <Age since={since} suffix={` ${texts.object.ago}`} /> };
}

function pairs(value: unknown): string | undefined {
  const text = Object.entries(asTexts(value))
    .map(([key, each]) => `${key}=${each}`)
    .join(', ');
  return text || undefined;
}

function listFact(label: string, items: readonly string[]): Fact {
  return items.length === 0 ? undefined : { label, value: items.map((item) => <div key={item}>{item}</div>) };
}

const workload: FactsOf = (object) => {
  const spec = asObject(object.spec);
  const status = asObject(object.status);
  const desired = asNumber(spec.replicas) ?? asNumber(status.desiredNumberScheduled);
  const counts = [
    desired === undefined ? '' : `${desired} ${words.desired}`,
    ...(
      [
        ['updatedReplicas', words.updated],
        ['updatedNumberScheduled', words.updated],
        ['readyReplicas', words.ready],
        ['numberReady', words.ready],
        ['availableReplicas', words.available],
        ['numberAvailable', words.available],
      ] as const
    ).map(([field, word]) => {
      const count = asNumber(status[field]);
      return count === undefined ? '' : `${count} ${word}`;
    }),
  ].filter(Boolean);
  const strategy = asText(at(spec, 'strategy', 'type')) ?? asText(at(spec, 'updateStrategy', 'type'));
  return [
    fact(words.replicas, counts.join(', ')),
    fact(words.strategy, strategy),
    fact(words.selector, podSelector(object)),
    fact(words.serviceName, spec.serviceName),
    fact(words.paused, spec.paused === true ? texts.table.yes : undefined),
  ];
};

const byResource: Readonly<Record<string, FactsOf>> = {
  pods: (object, target) => {
    const node = asText(at(object, 'spec', 'nodeName'));
    return [
      fact(words.phase, at(object, 'status', 'phase')),
      node === undefined
        ? undefined
        : {
            label: words.node,
            value: <ObjectLink target={{ cluster: target.cluster, resource: 'nodes', namespace: '', name: node }} />,
          },
      fact(words.podIp, at(object, 'status', 'podIP')),
      fact(words.serviceAccount, at(object, 'spec', 'serviceAccountName')),
      fact(words.qos, at(object, 'status', 'qosClass')),
      fact(words.priority, at(object, 'spec', 'priorityClassName')),
    ];
  },
  'deployments.apps': workload,
  'statefulsets.apps': workload,
  'daemonsets.apps': workload,
  'replicasets.apps': workload,
  replicationcontrollers: workload,
  'jobs.batch': (object) => {
    const started = asText(at(object, 'status', 'startTime'));
    const ended = asText(at(object, 'status', 'completionTime'));
    const completions = asNumber(at(object, 'spec', 'completions')) ?? 1;
    return [
      fact(words.completions, `${asNumber(at(object, 'status', 'succeeded')) ?? 0} / ${completions}`),
      fact(words.failedPods, at(object, 'status', 'failed')),
      fact(words.parallelism, at(object, 'spec', 'parallelism')),
      fact(words.backoffLimit, at(object, 'spec', 'backoffLimit')),
      ageFact(words.started, started),
      started && ended
        ? { label: words.duration, value: formatDuration(Date.parse(ended) - Date.parse(started)) }
        : undefined,
    ];
  },
  'cronjobs.batch': (object) => [
    fact(words.schedule, at(object, 'spec', 'schedule')),
    fact(words.timeZone, at(object, 'spec', 'timeZone')),
    fact(words.suspended, at(object, 'spec', 'suspend') === true ? texts.table.yes : texts.table.no),
    fact(words.concurrency, at(object, 'spec', 'concurrencyPolicy')),
    ageFact(words.lastSchedule, at(object, 'status', 'lastScheduleTime')),
    fact(words.running, asList(at(object, 'status', 'active')).length),
  ],
  services: (object) => [
    fact(words.type, at(object, 'spec', 'type')),
    fact(words.clusterIp, at(object, 'spec', 'clusterIP')),
    listFact(
      words.addresses,
      asList(at(object, 'status', 'loadBalancer', 'ingress')).map(
        (each) => asText(at(each, 'ip')) ?? asText(at(each, 'hostname')) ?? '',
      ),
    ),
    fact(words.externalName, at(object, 'spec', 'externalName')),
    listFact(
      words.ports,
      asList(at(object, 'spec', 'ports')).map((port) => {
        const name = asText(at(port, 'name'));
        const nodePort = asText(at(port, 'nodePort'));
        return `${name ? `${name}: ` : ''}${asText(at(port, 'port'))} → ${asText(at(port, 'targetPort')) ?? asText(at(port, 'port'))} ${asText(at(port, 'protocol')) ?? 'TCP'}${nodePort ? `, ${words.nodePort} ${nodePort}` : ''}`;
      }),
    ),
    fact(words.selector, pairs(at(object, 'spec', 'selector'))),
  ],
  'ingresses.networking.k8s.io': (object, target) => [
    fact(words.class, at(object, 'spec', 'ingressClassName')),
    listFact(
      words.addresses,
      asList(at(object, 'status', 'loadBalancer', 'ingress')).map(
        (each) => asText(at(each, 'ip')) ?? asText(at(each, 'hostname')) ?? '',
      ),
    ),
    {
      label: words.rules,
      value: asList(at(object, 'spec', 'rules')).flatMap((rule) =>
        asList(at(rule, 'http', 'paths')).map((path) => {
          const service = asText(at(path, 'backend', 'service', 'name'));
          const where = `${asText(at(rule, 'host')) ?? '*'}${asText(at(path, 'path')) ?? '/'}`;
          return (
            <div key={where}>
              {where} → {service && <ObjectLink target={{ ...target, resource: 'services', name: service }} />}
            </div>
          );
        }),
      ),
    },
    listFact(
      words.tls,
      asList(at(object, 'spec', 'tls')).map(
        (each) => `${asList(at(each, 'hosts')).join(', ')} (${asText(at(each, 'secretName')) ?? ''})`,
      ),
    ),
  ],
  secrets: (object) => [
    fact(words.type, object.type),
    fact(words.immutable, object.immutable === true ? texts.table.yes : undefined),
  ],
  configmaps: (object) => [fact(words.immutable, object.immutable === true ? texts.table.yes : undefined)],
  persistentvolumeclaims: (object, target) => {
    const volume = asText(at(object, 'spec', 'volumeName'));
    return [
      fact(words.phase, at(object, 'status', 'phase')),
      fact(words.requested, at(object, 'spec', 'resources', 'requests', 'storage')),
      fact(words.capacity, at(object, 'status', 'capacity', 'storage')),
      fact(words.storageClass, at(object, 'spec', 'storageClassName')),
      fact(words.accessModes, asList(at(object, 'spec', 'accessModes')).join(', ')),
      volume === undefined
        ? undefined
        : {
            label: words.volume,
            value: (
              <ObjectLink
                target={{ cluster: target.cluster, resource: 'persistentvolumes', namespace: '', name: volume }}
              />
            ),
          },
    ];
  },
  persistentvolumes: (object, target) => {
    const claim = asObject(at(object, 'spec', 'claimRef'));
    const name = asText(claim.name);
    return [
      fact(words.phase, at(object, 'status', 'phase')),
      fact(words.capacity, at(object, 'spec', 'capacity', 'storage')),
      fact(words.storageClass, at(object, 'spec', 'storageClassName')),
      fact(words.accessModes, asList(at(object, 'spec', 'accessModes')).join(', ')),
      fact(words.reclaim, at(object, 'spec', 'persistentVolumeReclaimPolicy')),
      name === undefined
        ? undefined
        : {
            label: words.claim,
            value: (
              <ObjectLink
                target={{
                  cluster: target.cluster,
                  resource: 'persistentvolumeclaims',
                  namespace: asText(claim.namespace) ?? '',
                  name,
                }}
              />
            ),
          },
    ];
  },
  nodes: (object) => [
    fact(
      words.roles,
      Object.keys(asTexts(at(object, 'metadata', 'labels')))
        .filter((label) => label.startsWith('node-role.kubernetes.io/'))
        .map((label) => label.slice('node-role.kubernetes.io/'.length))
        .join(', '),
    ),
    fact(words.kubelet, at(object, 'status', 'nodeInfo', 'kubeletVersion')),
    fact(words.system, at(object, 'status', 'nodeInfo', 'osImage')),
    fact(words.runtime, at(object, 'status', 'nodeInfo', 'containerRuntimeVersion')),
    fact(words.cpu, at(object, 'status', 'capacity', 'cpu')),
    fact(words.memory, at(object, 'status', 'capacity', 'memory')),
    fact(words.podLimit, at(object, 'status', 'capacity', 'pods')),
    listFact(
      words.addresses,
      asList(at(object, 'status', 'addresses')).map(
        (each) => `${asText(at(each, 'address')) ?? ''} (${asText(at(each, 'type')) ?? ''})`,
      ),
    ),
    listFact(
      words.taints,
      asList(at(object, 'spec', 'taints')).map(
        (taint) => `${asText(at(taint, 'key'))}=${asText(at(taint, 'value')) ?? ''}:${asText(at(taint, 'effect'))}`,
      ),
    ),
    fact(words.schedulable, at(object, 'spec', 'unschedulable') === true ? words.cordoned : undefined),
  ],
  namespaces: (object) => [fact(words.phase, at(object, 'status', 'phase'))],
  'horizontalpodautoscalers.autoscaling': (object) => [
    fact(
      words.scaleTarget,
      `${asText(at(object, 'spec', 'scaleTargetRef', 'kind')) ?? ''}/${asText(at(object, 'spec', 'scaleTargetRef', 'name')) ?? ''}`,
    ),
    fact(
      words.range,
      `${asText(at(object, 'spec', 'minReplicas')) ?? '1'} – ${asText(at(object, 'spec', 'maxReplicas')) ?? '?'}`,
    ),
    fact(words.replicas, at(object, 'status', 'currentReplicas')),
    ageFact(words.lastScale, at(object, 'status', 'lastScaleTime')),
  ],
  'poddisruptionbudgets.policy': (object) => [
    fact(words.minAvailable, at(object, 'spec', 'minAvailable')),
    fact(words.maxUnavailable, at(object, 'spec', 'maxUnavailable')),
    fact(words.disruptionsAllowed, at(object, 'status', 'disruptionsAllowed')),
    fact(words.selector, podSelector(object)),
  ],
};

/** What somebody of the kind's trade looks for first. Kinds without an entry have the common facts alone. */
export function kindFacts(target: ObjectRef, object: JsonObject): Fact[] {
  return byResource[target.resource]?.(object, target) ?? [];
}
