import type { Clock } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';
import { apiVersionIn } from '../catalogue/served-resource.ts';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import { applyStrategicMergePatch } from '../patch/strategic-merge-patch.ts';
import type { ObjectWriter, Target } from '../rules/object-writer.ts';
import {
  type FieldValidation,
  type Propagation,
  type RemovalOptions,
  type WriteOptions,
  writeOptions,
} from '../rules/write-options.ts';
import { anySchema } from '../schema/schema.ts';
import type { Database } from '../storage/database.ts';
import { sendJson } from './answer.ts';
import { type Exchange, header } from './exchange.ts';
import { kubeError } from './kube-error.ts';
import type { Answer } from './media-type.ts';
import { presentObject } from './object-encoder.ts';
import { contentType, decodeBody, parseJson, parseYaml, readBody } from './request-body.ts';
import type { ResourcePath } from './request-info.ts';
import { selectionOf, selects } from './selection.ts';

export type WriteHandlerDeps = { writer: ObjectWriter; database: Database; clock: Clock };

const patchTypes = new Set([
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
]);

/** POST, PUT, PATCH and DELETE of objects and their status. */
export function createWriteHandlers(deps: WriteHandlerDeps) {
  const { writer, database, clock } = deps;

  function send(exchange: Exchange, code: number, sent: { target: Target; object: KubeObject; answer: Answer }): void {
    const how = {
      answer: sent.answer,
      includeObject: exchange.query.get('includeObject') ?? 'Metadata',
      now: clock.now(),
    };
    sendJson(exchange, code, presentObject(sent.target, sent.object, how));
  }

  async function create(exchange: Exchange, target: Target, at: { path: ResourcePath; answer: Answer }): Promise<void> {
    const options = optionsOf(exchange, at.path.subresource);
    const given = checkedObject(target, decodeBody(await readBody(exchange), contentType(exchange)), at.path);
    const object = writer.create(target, given, options);
    send(exchange, 201, { target, object, answer: at.answer });
  }

  async function replace(
    exchange: Exchange,
    target: Target,
    at: { path: ResourcePath; answer: Answer },
  ): Promise<void> {
    const { path } = at;
    const options = optionsOf(exchange, path.subresource);
    const given = checkedObject(target, decodeBody(await readBody(exchange), contentType(exchange)), path);
    if (given.metadata.name !== path.name) {
      throw kubeError.badRequest(
        `the name of the object (${given.metadata.name}) does not match the name on the URL (${path.name})`,
      );
    }
    const object = writer.update(target, path, () => given, options);
    send(exchange, 200, { target, object, answer: at.answer });
  }

  async function patch(exchange: Exchange, target: Target, at: { path: ResourcePath; answer: Answer }): Promise<void> {
    const { path } = at;
    const type = contentType(exchange);
    if (!patchTypes.has(type)) throw kubeError.unsupportedMediaType([...patchTypes].join(', '));
    if (type === 'application/strategic-merge-patch+json' && target.resource.custom) {
      throw kubeError.unsupportedMediaType(
        'application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml',
      );
    }
    const body = (await readBody(exchange)).toString('utf8');
    const options = optionsOf(exchange, path.subresource);
    if (type === 'application/apply-patch+yaml') return apply(exchange, target, { ...at, body, options });
    if (exchange.query.get('force') !== null) {
      throw kubeError.invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', [
        {
          reason: 'FieldValueForbidden',
          message: 'Forbidden: may not be specified for non-apply patch',
          field: 'force',
        },
      ]);
    }
    const change = parseJson(body);
    const object = writer.update(
      target,
      path,
      (live) => checkedObject(target, patchedBy(type, target, live, change), path),
      { ...options, patched: true },
    );
    send(exchange, 200, { target, object, answer: at.answer });
  }

  function apply(
    exchange: Exchange,
    target: Target,
    at: { path: ResourcePath; answer: Answer; body: string; options: WriteOptions },
  ): void {
    if ((exchange.query.get('fieldManager') ?? '') === '') {
      throw kubeError.invalid({ group: 'meta.k8s.io', plural: '', kind: 'PatchOptions' }, '', [
        { reason: 'FieldValueRequired', message: 'Required value: is required for apply patch', field: 'fieldManager' },
      ]);
    }
    const options = { ...at.options, force: exchange.query.get('force') === 'true' };
    const given = parseYaml(at.body) as Record<string, unknown>;
    const expected = apiVersionIn(target.resource.group, target.version.version);
    if (given.apiVersion !== expected) {
      throw kubeError.badRequest(
        `Incorrect version specified in apply patch. Specified patch version: ${String(given.apiVersion ?? '')}, expected: ${expected}`,
      );
    }
    const config = checkedObject(target, given, at.path);
    if (at.path.subresource !== '' && database.collection(target.resource.storedAs).get(keyOf(at.path)) === undefined) {
      throw kubeError.notFound(target.resource, at.path.name);
    }
    const { object, created } = writer.apply(target, at.path, config, options);
    send(exchange, created ? 201 : 200, { target, object, answer: at.answer });
  }

  async function remove(exchange: Exchange, target: Target, at: { path: ResourcePath; answer: Answer }): Promise<void> {
    const options = await removalOptions(exchange);
    const { object, gone } = writer.remove(target, at.path, options);
    if (!gone || returnsObject.has(target.resource.storedAs))
      return send(exchange, 200, { target, object, answer: at.answer });
    sendJson(exchange, 200, removedStatus(target, object));
  }

  async function removeCollection(
    exchange: Exchange,
    target: Target,
    at: { path: ResourcePath; answer: Answer },
  ): Promise<void> {
    const options = await removalOptions(exchange);
    const selection = selectionOf(exchange, target.resource, at.path);
    const doomed = database
      .collection(target.resource.storedAs)
      .values(selection.namespace)
      .filter((one) => selects(selection, one));
    const items: KubeObject[] = [];
    for (const one of doomed) items.push(writer.remove(target, one, options).object);
    sendJson(exchange, 200, {
      kind: target.resource.listKind,
      apiVersion: apiVersionIn(target.resource.group, target.version.version),
      metadata: { resourceVersion: String(database.revision) },
      items,
    });
  }

  return { create, replace, patch, remove, removeCollection };
}

function keyOf(path: ResourcePath): string {
  return path.namespace === '' ? path.name : `${path.namespace}/${path.name}`;
}

/** The kinds whose DELETE answers with the object rather than a Status. */
const returnsObject = new Set([
  'pods',
  'namespaces',
  'services',
  'serviceaccounts',
  'persistentvolumes',
  'persistentvolumeclaims',
  'podtemplates',
  'resourcequotas',
]);

function removedStatus(target: Target, object: KubeObject): unknown {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: {
      name: object.metadata.name,
      ...(target.resource.group === '' ? {} : { group: target.resource.group }),
      kind: target.resource.plural,
      uid: object.metadata.uid,
    },
  };
}

function patchedBy(type: string, target: Target, live: KubeObject, change: unknown): Record<string, unknown> {
  if (type === 'application/json-patch+json') return applyJsonPatch(live, change) as Record<string, unknown>;
  if (type === 'application/merge-patch+json') return applyMergePatch(live, change) as Record<string, unknown>;
  return applyStrategicMergePatch(target.version.schema() ?? anySchema, live, change) as Record<string, unknown>;
}

/** Refuses a body that speaks of another kind, version or place than the URL, and fills in what only the URL says. */
export function checkedObject(target: Target, body: Record<string, unknown>, path: ResourcePath): KubeObject {
  const { resource, version } = target;
  const apiVersion = apiVersionIn(resource.group, version.version);
  const kind = body.kind ?? resource.kind;
  const given = body.apiVersion ?? apiVersion;
  if (kind !== resource.kind || given !== apiVersion) {
    const gvk = (group: string, name: unknown) => `${group.includes('/') ? group : `/${group}`}, Kind=${String(name)}`;
    throw kubeError.badRequest(
      `${String(kind)} in version ${JSON.stringify(String(given).split('/').pop())} cannot be handled as a ${resource.kind}: converting (${gvk(String(given), kind)}) to (${gvk(apiVersion, resource.kind)}): unknown conversion`,
    );
  }
  const metadata = typeof body.metadata === 'object' && body.metadata !== null ? { ...body.metadata } : {};
  const object = { ...body, kind, apiVersion, metadata } as KubeObject;
  if (path.name !== '' && (object.metadata.name ?? '') === '') object.metadata.name = path.name;
  if (!resource.namespaced) return object;
  const namespace = object.metadata.namespace ?? '';
  if (namespace === '') object.metadata.namespace = path.namespace;
  else if (namespace !== path.namespace) {
    throw kubeError.badRequest(`the namespace of the provided object does not match the namespace sent on the request`);
  }
  return object;
}

export function optionsOf(exchange: Exchange, subresource: string): WriteOptions {
  const { query } = exchange;
  const validation = query.get('fieldValidation') ?? 'Warn';
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    throw kubeError.badRequest(
      `fieldValidation: Unsupported value: ${JSON.stringify(validation)}: supported values: "Ignore", "Strict", "Warn"`,
    );
  }
  return writeOptions({
    dryRun: isDryRun(query.getAll('dryRun')),
    manager: query.get('fieldManager') || managerFrom(header(exchange, 'user-agent')),
    fieldValidation: validation as FieldValidation,
    subresource,
    warnings: exchange.warnings,
  });
}

function isDryRun(values: readonly string[]): boolean {
  if (values.length === 0) return false;
  if (values.every((value) => value === 'All')) return true;
  throw kubeError.invalid({ group: 'meta.k8s.io', plural: '', kind: 'CreateOptions' }, '', [
    {
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`,
      field: 'dryRun',
    },
  ]);
}

/** The part of the User-Agent before the first slash. */
function managerFrom(userAgent: string): string {
  return (userAgent.split('/')[0] ?? '').slice(0, 128) || 'unknown';
}

type DeleteBody = {
  dryRun?: string[];
  gracePeriodSeconds?: number;
  propagationPolicy?: string;
  orphanDependents?: boolean;
  preconditions?: { uid?: string; resourceVersion?: string };
};

async function removalOptions(exchange: Exchange): Promise<RemovalOptions> {
  const raw = await readBody(exchange);
  const body = (raw.length === 0 ? {} : decodeBody(raw, contentType(exchange))) as DeleteBody;
  const { query } = exchange;
  const grace =
    body.gracePeriodSeconds ??
    (query.get('gracePeriodSeconds') === null ? undefined : Number(query.get('gracePeriodSeconds')));
  const orphan =
    body.orphanDependents ??
    (query.get('orphanDependents') === null ? undefined : query.get('orphanDependents') === 'true');
  const propagation =
    body.propagationPolicy ??
    query.get('propagationPolicy') ??
    (orphan === undefined ? undefined : orphan ? 'Orphan' : 'Background');
  if (propagation !== undefined && !['Foreground', 'Background', 'Orphan'].includes(propagation)) {
    throw kubeError.invalid({ group: 'meta.k8s.io', plural: '', kind: 'DeleteOptions' }, '', [
      {
        reason: 'FieldValueNotSupported',
        message: `Unsupported value: ${JSON.stringify(propagation)}: supported values: "Foreground", "Background", "Orphan", "nil"`,
        field: 'propagationPolicy',
      },
    ]);
  }
  return {
    dryRun: isDryRun([...(body.dryRun ?? []), ...query.getAll('dryRun')]),
    gracePeriodSeconds: grace,
    propagation: propagation as Propagation | undefined,
    preconditions: body.preconditions,
  };
}
