import type { Clock } from '@pilothouse/core';
import type { Target } from '../rules/object-writer.ts';
import type { Collection } from '../storage/collection.ts';
import type { Database } from '../storage/database.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { storageKey } from '../storage/stored-object.ts';
import { columnDefinitions, tableRow } from '../table/table-answer.ts';
import { sendChunks } from './answer.ts';
import type { Exchange } from './exchange.ts';
import { kubeError } from './kube-error.ts';
import { type ContinueToken, decodeContinue, encodeContinue, parseVersion } from './list-pages.ts';
import type { Answer } from './media-type.ts';
import { createObjectEncoder } from './object-encoder.ts';
import { type Selection, selectionOf, selects } from './selection.ts';

type Page = {
  objects: readonly StoredObject[];
  revision: number;
  next: ContinueToken | undefined;
  remaining: number | undefined;
};

export type ListHandlerDeps = { database: Database; clock: Clock };
export type Scope = { namespace: string; name: string };

/** Answers `list`: whole or paged, from the present state or consistently from that of the first page. */
export function createListHandler(deps: ListHandlerDeps) {
  return async (exchange: Exchange, target: Target, how: { scope: Scope; answer: Answer }): Promise<void> => {
    const selection = selectionOf(exchange, target.resource, how.scope);
    const page = pageOf(exchange, deps.database, target, selection);
    if (how.answer.as === 'table') return sendTable(exchange, deps, target, page, how.answer);
    const encoder = createObjectEncoder(target, deps.database, how.answer);
    const head = JSON.stringify({ ...encoder.list, metadata: listMetadata(page) }).slice(0, -1);
    const size = encoder.direct
      ? page.objects.reduce((sum, object) => sum + object.body.length, 0)
      : Number.POSITIVE_INFINITY;
    await sendChunks(exchange, size, joined(`${head},"items":[`, page.objects, encoder.item));
  };
}

function listMetadata(page: Page): Record<string, unknown> {
  return {
    resourceVersion: String(page.revision),
    ...(page.next === undefined ? {} : { continue: encodeContinue(page.next) }),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
}

/** Chunks worth a system call each. */
const chunkBytes = 256 * 1024;

/** Copies the items into large chunks; yields between them so that a huge list does not hold the process. */
async function* joined(
  head: string,
  objects: readonly StoredObject[],
  encode: (object: StoredObject) => Buffer,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [Buffer.from(head)];
  let size = 0;
  const comma = Buffer.from(',');
  for (const [index, object] of objects.entries()) {
    const item = encode(object);
    if (index > 0) parts.push(comma);
    parts.push(item);
    size += item.length + 1;
    if (size < chunkBytes) continue;
    yield Buffer.concat(parts);
    parts = [];
    size = 0;
    await new Promise(setImmediate);
  }
  parts.push(Buffer.from(']}\n'));
  yield Buffer.concat(parts);
}

async function sendTable(
  exchange: Exchange,
  deps: ListHandlerDeps,
  target: Target,
  page: Page,
  answer: Answer,
): Promise<void> {
  const { resource, version } = target;
  const columns = version.columns();
  const head = JSON.stringify({
    kind: 'Table',
    apiVersion: `meta.k8s.io/${answer.metaVersion}`,
    metadata: listMetadata(page),
    columnDefinitions: columnDefinitions(columns),
  }).slice(0, -1);
  const how = {
    columns,
    includeObject: exchange.query.get('includeObject') ?? 'Metadata',
    metaVersion: answer.metaVersion,
    now: deps.clock.now(),
  };
  const row = (stored: StoredObject) => {
    const object = deps.database.read(resource, stored);
    return Buffer.from(JSON.stringify(tableRow(version.convert?.fromStored(object) ?? object, how)));
  };
  await sendChunks(exchange, Number.POSITIVE_INFINITY, joined(`${head},"rows":[`, page.objects, row));
}

function pageOf(exchange: Exchange, database: Database, target: Target, selection: Selection): Page {
  const { query } = exchange;
  const limit = Math.max(0, Number(query.get('limit') ?? 0) || 0);
  const token = query.get('continue');
  const match = query.get('resourceVersionMatch');
  const asked = parseVersion(query.get('resourceVersion'));
  const collection = database.collection(target.resource.storedAs);
  if (token !== null && token !== '') {
    if (asked > 0) throw kubeError.badRequest('specifying resource version is not allowed when using continue');
    const from = decodeContinue(token);
    return cut(objectsAt(collection, from, selection), { limit, revision: from.revision, after: from.after });
  }
  if (match !== null && match !== '' && query.get('resourceVersion') === null) {
    throw kubeError.invalid({ group: 'meta.k8s.io', plural: '', kind: 'ListOptions' }, '', [
      {
        reason: 'FieldValueForbidden',
        message: 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
        field: 'resourceVersionMatch',
      },
    ]);
  }
  if (asked > database.revision) throw kubeError.futureVersion(asked, database.revision);
  if (match === 'Exact' && asked > 0) {
    return cut(objectsAt(collection, { revision: asked, after: '' }, selection), { limit, revision: asked, after: '' });
  }
  return cut(present(collection, selection), { limit, revision: database.revision, after: '' });
}

function present(collection: Collection, selection: Selection): StoredObject[] {
  if (selection.name !== undefined && selection.namespace !== undefined) {
    const only = collection.get(storageKey(selection.namespace, selection.name));
    return only !== undefined && selects(selection, only) ? [only] : [];
  }
  const all = collection.values(selection.namespace);
  return selection.matches === undefined ? all : all.filter(selection.matches);
}

function objectsAt(collection: Collection, from: ContinueToken, selection: Selection): StoredObject[] {
  if (from.revision < collection.log.floor) {
    throw kubeError.expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    );
  }
  const all = collection.valuesAt(from.revision, selection.namespace);
  return selection.matches === undefined ? all : all.filter(selection.matches);
}

function cut(objects: readonly StoredObject[], at: { limit: number; revision: number; after: string }): Page {
  const start = at.after === '' ? 0 : firstAfter(objects, at.after);
  const end = at.limit > 0 ? Math.min(objects.length, start + at.limit) : objects.length;
  const last = objects[end - 1];
  const more = end < objects.length && last !== undefined;
  return {
    objects: start === 0 && end === objects.length ? objects : objects.slice(start, end),
    revision: at.revision,
    next: more ? { revision: at.revision, after: last.key } : undefined,
    remaining: more ? objects.length - end : undefined,
  };
}

function firstAfter(objects: readonly StoredObject[], key: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((objects[middle]?.key ?? '') <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}
