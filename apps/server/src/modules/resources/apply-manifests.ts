import type { ApplyResult, BodyOf, FieldChange, ResponseOf, resourceRoutes } from '@pilothouse/contract';
import { appError, type Clock, isAppError, type Logger } from '@pilothouse/core';
import {
  apiVersionOf,
  diffObjects,
  type KubeObject,
  parseManifests,
  prepareForApply,
  type ResourceType,
  resourceName,
} from '@pilothouse/kube';
import { stringify } from 'yaml';
import type { Principal } from '../../platform/http/principal.ts';
import { appErrorOf, problemOf } from '../../platform/http/problem.ts';
import type { OpenCluster } from '../clusters/open-cluster.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import { maskPair } from './masked-object.ts';

export type ApplyRequest = BodyOf<typeof resourceRoutes.applyManifests>;
export type ApplyAnswer = ResponseOf<typeof resourceRoutes.applyManifests>;

export type ApplyDeps = { principal: Principal; authorizer: Authorizer; clock: Clock; requestId: string; log: Logger };

const defaultManager = 'pilothouse';
/** How long an object waits for the definition of its kind that came just before it. */
const establishWait = 10_000;

/** What earlier documents of the same text bring about, which a later one may rely on. */
type Prepared = { kinds: Set<string>; namespaces: Set<string> };

/**
 * Server-side apply of each document in its order, with a result for each. A document that fails leaves the others as they are;
 * only when the cluster itself is gone are the rest skipped.
 */
export async function applyManifests(
  cluster: OpenCluster,
  request: ApplyRequest,
  deps: ApplyDeps,
): Promise<ApplyAnswer> {
  const results: ApplyResult[] = [];
  const prepared: Prepared = { kinds: new Set(), namespaces: new Set() };
  let gone: unknown;
  for (const [index, document] of parseManifests(request.manifests).entries()) {
    const result: ApplyResult = { index, action: 'failed', changes: [], warnings: [] };
    results.push(result);
    try {
      if (gone) throw gone;
      if (!document.object) throw document.error ?? appError('invalid_manifest', 'This is no manifest.');
      await applyOne(document.object, result, { cluster, request, prepared, ...deps });
    } catch (error) {
      if (isGone(error)) {
        if (gone) result.action = 'skipped';
        gone = error;
      }
      if (!isAppError(error)) deps.log.error('a manifest could not be applied', { error });
      result.error = problemOf(appErrorOf(error), deps.requestId).body;
    }
  }
  return { results, complete: results.every((result) => result.action !== 'failed' && !result.error) };
}

function isGone(error: unknown): boolean {
  return (
    isAppError(error) &&
    ['cluster_unreachable', 'cluster_timeout', 'cluster_tls', 'cluster_unauthorized'].includes(error.code)
  );
}

type Step = ApplyDeps & { cluster: OpenCluster; request: ApplyRequest; prepared: Prepared };

async function applyOne(given: KubeObject, result: ApplyResult, step: Step): Promise<void> {
  const { cluster, request, prepared, principal, authorizer } = step;
  const { dryRun = false, force = false } = request;
  result.ref = { apiVersion: given.apiVersion, kind: given.kind, name: given.metadata.name ?? '' };
  const type = await typeFor(given, step);
  if (!type) {
    result.action = 'skipped';
    result.warnings.push(
      `What ${given.kind} is comes with these manifests, so it can be checked only after they are applied.`,
    );
    return;
  }
  const object = placed(prepareForApply(given), type, request.namespace);
  const { name, namespace } = object.metadata;
  if (!name) throw appError('invalid_manifest', 'Server-side apply needs metadata.name; generateName names nothing.');
  result.ref = {
    apiVersion: object.apiVersion,
    kind: object.kind,
    resource: resourceName(type),
    name,
    ...(namespace ? { namespace } : {}),
  };
  authorizer.demand(principal, { noun: 'resource', verb: 'update', clusterId: cluster.id, namespace });

  const before = await readIfThere(cluster, { type, name, ...(namespace ? { namespace } : {}) });
  try {
    const send = () =>
      cluster.client.apply(type, object, {
        fieldManager: request.fieldManager ?? defaultManager,
        force,
        dryRun,
        onWarning: (text) => result.warnings.push(text),
      });
    const after = prepared.kinds.has(groupKind(object)) ? await onceServed(send, step.clock) : await send();
    describe(result, { before, after, withTexts: dryRun });
  } catch (error) {
    const awaitsNamespace = dryRun && namespace !== undefined && prepared.namespaces.has(namespace);
    if (!awaitsNamespace || !isAppError(error) || error.code !== 'not_found') throw error;
    result.action = 'skipped';
    result.warnings.push(
      `The namespace ${namespace} comes with these manifests, so this can be checked only after they are applied.`,
    );
  }
  remember(object, prepared);
}

/**
 * Sends an object whose kind was defined a moment ago. An API server lists a new kind shortly before it can store one, and answers with
 * 404, an error or a broken connection until then; sending the same apply again is safe.
 */
async function onceServed(send: () => Promise<KubeObject>, clock: Clock): Promise<KubeObject> {
  const giveUpAt = clock.now() + establishWait;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      const mayPass =
        isAppError(error) && ['not_found', 'cluster_error', 'cluster_unreachable', 'cluster_busy'].includes(error.code);
      if (!mayPass || clock.now() >= giveUpAt) throw error;
      await clock.sleep(250);
    }
  }
}

/** The type of an object in the version it is written in; undefined in a dry run of a kind that earlier documents define. */
async function typeFor(
  object: KubeObject,
  { cluster, request, prepared, clock }: Step,
): Promise<ResourceType | undefined> {
  const known = typeOf(await cluster.types(), object) ?? typeOf(await cluster.types({ fresh: true }), object);
  if (known) return known;
  if (!prepared.kinds.has(groupKind(object))) {
    throw appError('invalid_manifest', `The cluster ${cluster.name} knows no ${object.kind} of ${object.apiVersion}.`, {
      details: [{ pointer: '/kind', code: 'unknown_kind', message: 'Install what defines it first.' }],
    });
  }
  if (request.dryRun) return undefined;
  for (const giveUpAt = clock.now() + establishWait; clock.now() < giveUpAt; await clock.sleep(200)) {
    const type = typeOf(await cluster.types({ fresh: true }), object);
    if (type) return type;
  }
  throw appError(
    'cluster_timeout',
    `${object.kind} was defined, but the cluster does not serve it yet. Apply again in a moment.`,
  );
}

function typeOf(types: readonly ResourceType[], object: KubeObject): ResourceType | undefined {
  const { group, version } = groupVersionOf(object.apiVersion);
  const exact = types.find((type) => type.kind === object.kind && apiVersionOf(type) === object.apiVersion);
  if (exact) return exact;
  // Discovery names the preferred version; an older one may be served beside it, and the cluster says so if not.
  const other = types.find((type) => type.kind === object.kind && type.group === group);
  return other && { ...other, version };
}

function groupVersionOf(apiVersion: string): { group: string; version: string } {
  const slash = apiVersion.indexOf('/');
  return slash < 0
    ? { group: '', version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}

function groupKind(object: KubeObject): string {
  return `${object.kind}.${groupVersionOf(object.apiVersion).group}`;
}

function placed(object: KubeObject, type: ResourceType, namespace = 'default'): KubeObject {
  const { namespace: own, ...metadata } = object.metadata;
  if (!type.namespaced) return { ...object, metadata };
  return { ...object, metadata: { ...metadata, namespace: own || namespace } };
}

function remember(object: KubeObject, prepared: Prepared): void {
  if (object.kind === 'Namespace' && object.apiVersion === 'v1') prepared.namespaces.add(object.metadata.name);
  if (object.kind !== 'CustomResourceDefinition') return;
  const { group, names } = (object as { spec?: { group?: string; names?: { kind?: string } } }).spec ?? {};
  if (group && names?.kind) prepared.kinds.add(`${names.kind}.${group}`);
}

async function readIfThere(
  cluster: OpenCluster,
  ref: { type: ResourceType; namespace?: string; name: string },
): Promise<KubeObject | undefined> {
  try {
    return await cluster.client.get(ref);
  } catch (error) {
    if (isAppError(error) && error.code === 'not_found') return undefined;
    throw error;
  }
}

function describe(
  result: ApplyResult,
  { before, after, withTexts }: { before: KubeObject | undefined; after: KubeObject; withTexts: boolean },
): void {
  const [was, is] = maskPair(before && prepareForApply(before), prepareForApply(after));
  result.changes = was ? diffObjects(was, is).map(fieldChange) : [];
  if (!was) result.action = 'created';
  else result.action = result.changes.length === 0 ? 'unchanged' : 'configured';
  if (!withTexts) return;
  if (was) result.before = stringify(was, { lineWidth: 0 });
  result.after = stringify(is, { lineWidth: 0 });
}

function fieldChange({ pointer, before, after }: ReturnType<typeof diffObjects>[number]): FieldChange {
  return { path: pointer, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}
