import type { KubeObject } from '@pilothouse/kube';
import type { StatusCause } from '../api/kube-error.ts';
import { labelSelectorMatcher } from '../storage/label-selector.ts';
import { jsonEqual } from './json-equal.ts';
import { invalidValue, requiredValue } from './object-names.ts';
import { podSpecCauses, podUpdateCauses } from './pod-validation.ts';

type Fields = Record<string, unknown>;
type Selector = {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
};

/** The checks of the API server people meet in practice: what is required, what cannot change, what must fit together. */
export function kindCauses(resource: string, object: KubeObject, before: KubeObject | undefined): StatusCause[] {
  const spec = (object.spec ?? {}) as Fields;
  const old = (before?.spec ?? {}) as Fields;
  const causes: StatusCause[] = [];
  if (selecting.has(resource)) causes.push(...workloadCauses(resource, spec));
  if (resource === 'pods') causes.push(...podSpecCauses(spec, 'spec'));
  if (resource === 'cronjobs.batch') causes.push(...cronJobCauses(spec));
  if (resource === 'customresourcedefinitions.apiextensions.k8s.io') causes.push(...definitionCauses(object));
  if (resource === 'services') causes.push(...serviceCauses(spec));
  if (before === undefined) return causes;
  for (const field of immutable[resource] ?? []) {
    if (!jsonEqual(spec[field], old[field]))
      causes.push(invalidValue(`spec.${field}`, spec[field] ?? null, 'field is immutable'));
  }
  if (resource === 'pods') causes.push(...podUpdateCauses(spec, old));
  if (resource === 'statefulsets.apps') causes.push(...statefulSetUpdateCauses(spec, old));
  if (resource.endsWith('bindings.rbac.authorization.k8s.io') && !jsonEqual(object.roleRef, before.roleRef)) {
    causes.push(invalidValue('roleRef', object.roleRef, 'cannot change roleRef'));
  }
  if ((resource === 'configmaps' || resource === 'secrets') && before.immutable === true) {
    const content = (one: KubeObject) => [one.data, one.binaryData, one.immutable];
    if (!jsonEqual(content(object), content(before))) {
      causes.push({
        reason: 'FieldValueForbidden',
        message: 'Forbidden: field is immutable when `immutable` is set',
        field: 'data',
      });
    }
  }
  if (resource === 'secrets' && object.type !== before.type) {
    causes.push(invalidValue('type', object.type, 'field is immutable'));
  }
  return causes;
}

const selecting = new Set([
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'jobs.batch',
]);

const immutable: Record<string, readonly string[]> = {
  'deployments.apps': ['selector'],
  'replicasets.apps': ['selector'],
  'daemonsets.apps': ['selector'],
  'jobs.batch': ['selector', 'completionMode', 'template'],
};

function workloadCauses(resource: string, spec: Fields): StatusCause[] {
  const template = (spec.template ?? {}) as { metadata?: { labels?: Record<string, string> }; spec?: Fields };
  const selector = spec.selector as Selector | undefined;
  const causes: StatusCause[] = [];
  const replicas = spec.replicas;
  if (typeof replicas === 'number' && replicas < 0) {
    causes.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  }
  if (selector === undefined) causes.push(requiredValue('spec.selector'));
  else if (!labelSelectorMatcher(selector)(template.metadata?.labels)) {
    const shown = goMap(template.metadata?.labels);
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${shown}: \`selector\` does not match template \`labels\``,
      field: 'spec.template.metadata.labels',
    });
  }
  const podCauses = podSpecCauses(template.spec ?? {}, 'spec.template.spec');
  // The volumes of a StatefulSet's claim templates are added to its pods, not to their template.
  const claimed = resource === 'statefulsets.apps' && spec.volumeClaimTemplates !== undefined;
  causes.push(...(claimed ? podCauses.filter((cause) => cause.field?.includes('.volumeMounts[') !== true) : podCauses));
  const policy = template.spec?.restartPolicy;
  const allowed = resource === 'jobs.batch' ? ['OnFailure', 'Never'] : ['Always'];
  if (policy !== undefined && !allowed.includes(String(policy))) {
    causes.push(unsupported('spec.template.spec.restartPolicy', policy, allowed));
  }
  return causes;
}

/** Labels as Go prints a map, which is how the API server quotes them. */
function goMap(labels: Record<string, string> | undefined): string {
  if (labels === undefined) return 'map[string]string(nil)';
  const pairs = Object.entries(labels).map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  return `map[string]string{${pairs.sort().join(', ')}}`;
}

export function unsupported(field: string, value: unknown, allowed: readonly string[]): StatusCause {
  const list = allowed.map((one) => JSON.stringify(one)).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
    field,
  };
}

const cronField = /^[-\d*/,A-Za-z?]+$/;

function cronJobCauses(spec: Fields): StatusCause[] {
  const schedule = spec.schedule;
  if (schedule === undefined || schedule === '') return [requiredValue('spec.schedule')];
  const text = String(schedule);
  const named = /^@(yearly|annually|monthly|weekly|daily|midnight|hourly|every \S+)$/.test(text);
  const fields = text.split(/\s+/);
  if (named || (fields.length === 5 && fields.every((field) => cronField.test(field)))) return [];
  return [invalidValue('spec.schedule', text, `expected exactly 5 fields, found ${fields.length}: [${text}]`)];
}

function serviceCauses(spec: Fields): StatusCause[] {
  const ports = (spec.ports as Fields[] | undefined) ?? [];
  if (ports.length === 0 && spec.type !== 'ExternalName' && spec.clusterIP !== 'None')
    return [requiredValue('spec.ports')];
  return ports.flatMap((port, index) => {
    const value = port.port;
    const valid = typeof value === 'number' && value >= 1 && value <= 65_535;
    const target = port.targetPort;
    const badTarget = typeof target === 'number' && (target < 1 || target > 65_535);
    const unnamed = ports.length > 1 && (port.name ?? '') === '';
    return [
      ...(valid ? [] : [invalidValue(`spec.ports[${index}].port`, value, 'must be between 1 and 65535, inclusive')]),
      ...(badTarget
        ? [invalidValue(`spec.ports[${index}].targetPort`, target, 'must be between 1 and 65535, inclusive')]
        : []),
      ...(unnamed ? [requiredValue(`spec.ports[${index}].name`)] : []),
    ];
  });
}

function definitionCauses(object: KubeObject): StatusCause[] {
  const spec = (object.spec ?? {}) as {
    group?: string;
    names?: { plural?: string; kind?: string };
    scope?: string;
    versions?: Fields[];
  };
  const wanted = `${spec.names?.plural ?? ''}.${spec.group ?? ''}`;
  const causes: StatusCause[] = [];
  if (object.metadata.name !== wanted) {
    causes.push(invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'));
  }
  if ((spec.names?.kind ?? '') === '') causes.push(requiredValue('spec.names.kind'));
  if (spec.scope !== 'Namespaced' && spec.scope !== 'Cluster') {
    causes.push(unsupported('spec.scope', spec.scope ?? '', ['Cluster', 'Namespaced']));
  }
  const versions = spec.versions ?? [];
  if (versions.filter((version) => version.storage === true).length !== 1) {
    causes.push(
      invalidValue(
        'spec.versions',
        versions.map((version) => version.name),
        'must have exactly one version marked as storage version',
      ),
    );
  }
  for (const [index, version] of versions.entries()) {
    if ((version.schema as Fields | undefined)?.openAPIV3Schema !== undefined) continue;
    causes.push(requiredValue(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
  }
  return causes;
}

function statefulSetUpdateCauses(spec: Fields, old: Fields): StatusCause[] {
  const changeable = new Set([
    'replicas',
    'ordinals',
    'template',
    'updateStrategy',
    'revisionHistoryLimit',
    'persistentVolumeClaimRetentionPolicy',
    'minReadySeconds',
  ]);
  const keys = Object.keys({ ...spec, ...old }).filter((key) => !changeable.has(key));
  if (keys.every((key) => jsonEqual(spec[key], old[key]))) return [];
  return [
    {
      reason: 'FieldValueForbidden',
      message:
        "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
      field: 'spec',
    },
  ];
}
