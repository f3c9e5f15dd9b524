import type { KubeObject } from '@pilothouse/kube';
import { applyJsonPatch } from '../patch/json-patch.ts';
import { applyMergePatch } from '../patch/merge-patch.ts';
import type { ObjectWriter, Target } from '../rules/object-writer.ts';
import { sendJson } from './answer.ts';
import { kubeError } from './kube-error.ts';
import { contentType, decodeBody, parseJson, parseYaml, readBody } from './request-body.ts';
import type { SubresourceHandler } from './subresource-handler.ts';
import { optionsOf } from './write-handlers.ts';

type Fields = Record<string, unknown>;
type Selector = {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
};

/** The `scale` subresource of workloads and of custom resources: an autoscaling/v1 Scale in front of the replica fields. */
export function createScaleHandler(writer: ObjectWriter): SubresourceHandler {
  return async (exchange, target, path) => {
    const method = exchange.request.method;
    if (method === 'GET') return sendJson(exchange, 200, scaleOf(target, writer.get(target, path)));
    if (method !== 'PUT' && method !== 'PATCH') throw kubeError.methodNotAllowed();
    const body = await readBody(exchange);
    const type = contentType(exchange);
    const options = optionsOf(exchange, 'scale');
    const object = writer.update(
      target,
      path,
      (live) => {
        const before = scaleOf(target, live);
        const wanted = method === 'PUT' ? decodeBody(body, type) : patched(before, body.toString('utf8'), type);
        const replicas = replicasOf(target, path.name, wanted);
        const version = (wanted.metadata as { resourceVersion?: string } | undefined)?.resourceVersion;
        if (version !== undefined && version !== '' && version !== live.metadata.resourceVersion) {
          throw kubeError.conflict(target.resource, path.name);
        }
        writePath(live, target.version.scale?.spec ?? '', replicas);
        return live;
      },
      options,
    );
    sendJson(exchange, 200, scaleOf(target, object));
  };
}

function patched(before: Fields, text: string, type: string): Fields {
  if (type === 'application/json-patch+json') return applyJsonPatch(before, parseJson(text)) as Fields;
  return applyMergePatch(before, type.includes('yaml') ? parseYaml(text) : parseJson(text)) as Fields;
}

function replicasOf(target: Target, name: string, scale: Fields): number {
  const replicas = (scale.spec as { replicas?: unknown } | undefined)?.replicas ?? 0;
  if (typeof replicas === 'number' && Number.isInteger(replicas) && replicas >= 0) return replicas;
  throw kubeError.invalid({ ...target.resource, kind: 'Scale', group: 'autoscaling' }, name, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`,
      field: 'spec.replicas',
    },
  ]);
}

function scaleOf(target: Target, object: KubeObject): Fields {
  const paths = target.version.scale;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = readPath(object, paths?.spec ?? '');
  const selector = paths?.selector === undefined ? selectorText(object) : readPath(object, paths.selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: typeof replicas === 'number' ? { replicas } : {},
    status: { replicas: readPath(object, paths?.status ?? '') ?? 0, ...(selector === undefined ? {} : { selector }) },
  };
}

function readPath(object: unknown, path: string): unknown {
  return path
    .split('.')
    .filter((part) => part !== '')
    .reduce<unknown>((value, part) => (value as Fields | undefined)?.[part], object);
}

function writePath(object: Fields, path: string, value: unknown): void {
  const parts = path.split('.').filter((part) => part !== '');
  const last = parts.pop() ?? '';
  let level: Fields = object;
  for (const part of parts) {
    level[part] ??= {};
    level = level[part] as Fields;
  }
  level[last] = value;
}

/** A LabelSelector as its one-line text, requirements sorted by key. */
function selectorText(object: KubeObject): string | undefined {
  const selector = (object.spec as { selector?: Selector & Record<string, unknown> } | undefined)?.selector;
  if (selector === undefined) return undefined;
  const plain =
    selector.matchLabels ?? (selector.matchExpressions === undefined ? (selector as Record<string, string>) : {});
  const terms = Object.entries(plain).map(([key, value]) => ({ key, text: `${key}=${value}` }));
  for (const one of selector.matchExpressions ?? []) {
    const list = `(${(one.values ?? []).join(',')})`;
    const text =
      { In: `${one.key} in ${list}`, NotIn: `${one.key} notin ${list}`, Exists: one.key }[one.operator] ??
      `!${one.key}`;
    terms.push({ key: one.key, text });
  }
  return terms
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map((term) => term.text)
    .join(',');
}
