import type { KubeObject } from '@pilothouse/kube';
import type { StatusCause } from '../api/kube-error.ts';
import type { ServedResource, ServedVersion } from '../catalogue/served-resource.ts';
import { jsonSchemaCauses } from '../schema/json-schema-check.ts';
import { fillSchemaDefaults } from '../schema/json-schema-defaults.ts';
import { applyDefaults } from './defaults.ts';
import { jsonEqual } from './json-equal.ts';
import { kindCauses } from './kind-validation.ts';
import { metadataCauses } from './object-names.ts';
import { admitPod } from './pod-admission.ts';
import { planRemoval } from './removal-plan.ts';
import { fillServerFields } from './server-fields.ts';
import type { RemovalOptions } from './write-options.ts';

type UpdateContext = {
  resource: ServedResource;
  version: ServedVersion;
  before: KubeObject;
  after: KubeObject;
  subresource: string;
};

/** What the API server does to an object on its way in and out, per kind. Objects are in stored form and changed in place. */
export type ObjectRules = {
  /** Static defaults, which count as written by whoever writes the object. */
  fillDefaults(resource: ServedResource, object: KubeObject): void;
  /** What the server itself sets at creation: generation, phases, addresses, admission. */
  prepareCreate(resource: ServedResource, object: KubeObject): void;
  /** A write to `status` leaves all else as it was, any other write leaves the status. */
  keepOtherHalf(context: UpdateContext): void;
  prepareUpdate(context: UpdateContext): void;
  /** Faults in the API server's words; `before` is undefined for a new object. */
  validate(
    resource: ServedResource,
    object: KubeObject,
    before: KubeObject | undefined,
    subresource?: string,
  ): StatusCause[];
  planRemoval(
    resource: ServedResource,
    object: KubeObject,
    options: RemovalOptions & { now: number },
  ): { object: KubeObject; gone: boolean };
};

/** Built-in resources whose metadata.generation counts changes of the spec. */
const counted = new Set([
  'pods',
  'podtemplates',
  'replicationcontrollers',
  'daemonsets.apps',
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'cronjobs.batch',
  'jobs.batch',
  'ingresses.networking.k8s.io',
  'ingressclasses.networking.k8s.io',
  'networkpolicies.networking.k8s.io',
  'poddisruptionbudgets.policy',
  'priorityclasses.scheduling.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'endpointslices.discovery.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
]);

export type ObjectRulesDeps = {
  now(): number;
  /** A stored object by its key, for what admission looks up. */
  find(resource: string, key: string): KubeObject | undefined;
};

export function createObjectRules(deps: ObjectRulesDeps): ObjectRules {
  return {
    fillDefaults(resource, object) {
      if (resource.custom) fillCustomDefaults(resource, object);
      else applyDefaults(resource.storedAs, object);
    },
    prepareCreate(resource, object) {
      if (!resource.custom) {
        fillServerFields(resource.storedAs, object, deps.now());
        if (resource.storedAs === 'pods') admitPod(object, deps.find);
      }
      if (resource.custom || counted.has(resource.storedAs)) object.metadata.generation = 1;
      else delete object.metadata.generation;
    },
    keepOtherHalf,
    prepareUpdate({ resource, before, after, subresource }) {
      if (!resource.custom) carryAllocated(resource.storedAs, before, after);
      const counts = resource.custom || counted.has(resource.storedAs);
      if (counts && !isStatusWrite(subresource) && specChanged(before, after)) {
        after.metadata.generation = (before.metadata.generation ?? 0) + 1;
      }
    },
    validate(resource, object, before, subresource = '') {
      return [
        ...metadataCauses(object.metadata),
        ...(resource.custom ? customCauses(resource, object) : []),
        ...(resource.custom || isStatusWrite(subresource) ? [] : kindCauses(resource.storedAs, object, before)),
      ];
    },
    planRemoval,
  };
}

function storedVersionOf(resource: ServedResource): ServedVersion | undefined {
  const name = resource.storedApiVersion.split('/').pop();
  return resource.versions.find((version) => version.version === name);
}

function fillCustomDefaults(resource: ServedResource, object: KubeObject): void {
  const schema = storedVersionOf(resource)?.jsonSchema;
  if (schema !== undefined) fillSchemaDefaults(schema, object);
}

function customCauses(resource: ServedResource, object: KubeObject): StatusCause[] {
  const schema = storedVersionOf(resource)?.jsonSchema;
  return schema === undefined ? [] : jsonSchemaCauses(schema, object);
}

/** An object as it may be created: a status is for the status subresource, except where the API server takes it at once. */
export function withoutStatus(resource: ServedResource, object: KubeObject): KubeObject {
  const given =
    resource.versions[0]?.hasStatus !== true || resource.storedAs === 'nodes' || object.status === undefined;
  if (given || resource.storedAs === 'customresourcedefinitions.apiextensions.k8s.io') return object;
  const { status: _, ...rest } = object;
  return rest as KubeObject;
}

function isStatusWrite(subresource: string): boolean {
  return subresource === 'status' || subresource === 'approval';
}

/** A write to `status` leaves all else as it was, any other write leaves the status. */
function keepOtherHalf({ resource, version, before, after, subresource }: UpdateContext): void {
  if (!version.hasStatus) return;
  if (isStatusWrite(subresource)) {
    for (const key of Object.keys({ ...before, ...after })) {
      if (key === 'status' || key === 'metadata' || key === 'apiVersion' || key === 'kind') continue;
      if (before[key] === undefined) delete after[key];
      else after[key] = before[key];
    }
    if (resource.custom)
      after.metadata = { ...before.metadata, ...pick(after.metadata, ['managedFields', 'resourceVersion']) };
    return;
  }
  if (before.status === undefined) delete after.status;
  else after.status = before.status;
}

function pick(metadata: KubeObject['metadata'], keys: readonly string[]): Partial<KubeObject['metadata']> {
  return Object.fromEntries(keys.filter((key) => metadata[key] !== undefined).map((key) => [key, metadata[key]]));
}

function specChanged(before: KubeObject, after: KubeObject): boolean {
  const rest = ({ metadata: _m, status: _s, ...others }: KubeObject) => others;
  return !jsonEqual(rest(before), rest(after));
}

/** Addresses the server allocated stay when an update leaves them out. */
function carryAllocated(resource: string, before: KubeObject, after: KubeObject): void {
  if (resource === 'services') carryService(before, after);
  if (resource === 'serviceaccounts' && after.secrets === undefined && before.secrets !== undefined) {
    after.secrets = before.secrets;
  }
}

type ServiceSpec = {
  type?: string;
  clusterIP?: string;
  clusterIPs?: string[];
  ports?: { port: number; protocol?: string; nodePort?: number }[];
};

function carryService(before: KubeObject, after: KubeObject): void {
  const old = before.spec as ServiceSpec | undefined;
  const next = after.spec as ServiceSpec | undefined;
  if (old === undefined || next === undefined || next.type === 'ExternalName') return;
  if ((next.clusterIP ?? '') === '' && old.clusterIP !== undefined) next.clusterIP = old.clusterIP;
  if (next.clusterIPs === undefined && old.clusterIPs !== undefined && next.clusterIP === old.clusterIP)
    next.clusterIPs = old.clusterIPs;
  fillServerFields('services', after, 0);
  if (next.type !== 'NodePort' && next.type !== 'LoadBalancer') return;
  for (const port of next.ports ?? []) {
    const known = old.ports?.find((one) => one.port === port.port && one.protocol === port.protocol)?.nodePort;
    if (port.nodePort === undefined && known !== undefined) port.nodePort = known;
  }
}
