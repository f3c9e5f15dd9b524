import { randomInt } from 'node:crypto';
import type { Clock } from '@pilothouse/core';
import { apiVersionIn } from '../catalogue/served-resource.ts';
import type { Target } from '../rules/object-writer.ts';
import type { Database } from '../storage/database.ts';
import type { StoredEvent } from '../storage/event-log.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import { columnDefinitions, tableRow } from '../table/table-answer.ts';
import { beginHeaders } from './answer.ts';
import { type Exchange, flag } from './exchange.ts';
import { kubeError, statusOf } from './kube-error.ts';
import type { Scope } from './list-handler.ts';
import { parseVersion } from './list-pages.ts';
import type { Answer } from './media-type.ts';
import { createObjectEncoder } from './object-encoder.ts';
import { type Selection, selectionOf, selects } from './selection.ts';
import { createWatchStream, type WatchStream } from './watch-stream.ts';

export type WatchHandlerDeps = {
  database: Database;
  clock: Clock;
  /** Between bookmarks to a watcher that asked for them. */
  bookmarkMilliseconds: number;
  /** Registers an open watch; what returns is called when it ends. */
  opened(stream: WatchStream, path: string): () => void;
};

/** How long before its time is up a watch gets a last bookmark (apiserver/pkg/storage/cacher). */
const beforeTimeout = 2000;

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED';

/** Answers `watch`: the present objects first when asked to, then every change, until the client leaves or time is up. */
export function createWatchHandler(deps: WatchHandlerDeps) {
  return async (exchange: Exchange, target: Target, how: { scope: Scope; answer: Answer }): Promise<void> => {
    const { database } = deps;
    const { query } = exchange;
    const selection = selectionOf(exchange, target.resource, how.scope);
    const collection = database.collection(target.resource.storedAs);
    const asked = parseVersion(query.get('resourceVersion'));
    const initial = flag(exchange, 'sendInitialEvents');
    const bookmarks = flag(exchange, 'allowWatchBookmarks');
    if (initial && query.get('resourceVersionMatch') !== 'NotOlderThan') {
      throw kubeError.badRequest('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
    }
    if (asked > database.revision) throw kubeError.futureVersion(asked, database.revision);
    const encode = createEventEncoder(exchange, deps, target, how.answer);
    beginHeaders(exchange, 200, 'application/json');
    exchange.response.flushHeaders();
    const stream = createWatchStream(exchange.response);
    if (asked > 0 && !initial && asked < collection.log.floor) {
      stream.write(errorLine(asked, collection.log.floor));
      stream.end();
      return;
    }
    // Nothing may happen between reading the past and listening: all of this is one synchronous turn.
    const tell = (event: StoredEvent) => {
      const line = lineFor(event, selection, encode);
      if (line !== undefined) stream.write(line);
    };
    if (asked > 0 && !initial) for (const event of collection.log.after(asked)) tell(event);
    const present = asked === 0 || initial ? collection.values(selection.namespace) : [];
    const revision = database.revision;
    const backlog: StoredEvent[] = [];
    let live = present.length === 0;
    const stopListening = collection.listen((event) => (live ? tell(event) : backlog.push(event)));
    const timeout = timeoutMilliseconds(query.get('timeoutSeconds'));
    const timer = setTimeout(() => stream.end(), timeout);
    const mark = (end: boolean) => stream.write(encode.bookmark(end && live ? revision : database.revision, end));
    const ticker = bookmarks ? setInterval(() => live && mark(false), deps.bookmarkMilliseconds) : undefined;
    const last = bookmarks ? setTimeout(() => live && mark(false), timeout - beforeTimeout) : undefined;
    const closed = deps.opened(stream, exchange.path);
    stream.onClose(() => {
      stopListening();
      clearTimeout(timer);
      clearTimeout(last);
      clearInterval(ticker);
      closed();
    });
    for (const object of present) {
      if (selects(selection, object)) await stream.send(encode.line('ADDED', object));
      if (stream.closed) return;
    }
    if (initial && bookmarks) stream.write(encode.bookmark(revision, true));
    live = true;
    for (const event of backlog) tell(event);
  };
}

function timeoutMilliseconds(text: string | null): number {
  const seconds = Number(text ?? 0);
  return seconds > 0 ? Math.min(seconds, 86_400) * 1000 : randomInt(1800, 3600) * 1000;
}

/** What one event is to one watcher: an object may enter or leave its selection by a change. */
function lineFor(event: StoredEvent, selection: Selection, encode: EventEncoder): Buffer | undefined {
  const { object, previous } = event;
  if (selection.namespace !== undefined && object.namespace !== selection.namespace) return undefined;
  const before = previous !== undefined && selects(selection, previous);
  if (event.type === 'DELETED') return before ? encode.event(event, 'DELETED') : undefined;
  const now = selects(selection, object);
  if (now) return encode.event(event, before ? 'MODIFIED' : 'ADDED');
  return before ? encode.event(event, 'DELETED') : undefined;
}

type EventEncoder = {
  line(type: EventType, object: StoredObject): Buffer;
  /** Like `line`, but made once for all watchers that see the event alike. */
  event(event: StoredEvent, type: EventType): Buffer;
  bookmark(revision: number, initialEnd: boolean): Buffer;
};

const tail = Buffer.from('}\n');

function createEventEncoder(exchange: Exchange, deps: WatchHandlerDeps, target: Target, answer: Answer): EventEncoder {
  const { resource, version } = target;
  const apiVersion = apiVersionIn(resource.group, version.version);
  const shared = `${answer.as} ${apiVersion}`;
  const whole =
    answer.as === 'table'
      ? tableEncoder(exchange, deps, target, answer)
      : createObjectEncoder(target, deps.database, answer).whole;
  const line = (type: EventType, object: StoredObject) =>
    Buffer.concat([Buffer.from(`{"type":"${type}","object":`), whole(object), tail]);
  return {
    line,
    event(event, type) {
      if (answer.as === 'table') return line(type, event.object);
      const key = `${type} ${shared}`;
      const known = event.lines.get(key);
      if (known !== undefined) return known;
      const made = line(type, event.object);
      event.lines.set(key, made);
      return made;
    },
    bookmark(revision, initialEnd) {
      const metadata = {
        resourceVersion: String(revision),
        creationTimestamp: null,
        ...(initialEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {}),
      };
      const object =
        answer.as === 'object'
          ? { kind: resource.kind, apiVersion, metadata }
          : answer.as === 'metadata'
            ? { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${answer.metaVersion}`, metadata }
            : {
                kind: 'Table',
                apiVersion: `meta.k8s.io/${answer.metaVersion}`,
                metadata: { resourceVersion: String(revision) },
                columnDefinitions: [],
                rows: [{ cells: [], object: { kind: resource.kind, apiVersion, metadata } }],
              };
      return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
    },
  };
}

function tableEncoder(
  exchange: Exchange,
  deps: WatchHandlerDeps,
  target: Target,
  answer: Answer,
): (object: StoredObject) => Buffer {
  const columns = target.version.columns();
  const includeObject = exchange.query.get('includeObject') ?? 'Metadata';
  let first = true;
  return (stored) => {
    const parsed = deps.database.read(target.resource, stored);
    const object = target.version.convert?.fromStored(parsed) ?? parsed;
    const row = tableRow(object, { columns, includeObject, metaVersion: answer.metaVersion, now: deps.clock.now() });
    const table = {
      kind: 'Table',
      apiVersion: `meta.k8s.io/${answer.metaVersion}`,
      metadata: { resourceVersion: String(stored.revision) },
      columnDefinitions: first ? columnDefinitions(columns) : [],
      rows: [row],
    };
    first = false;
    return Buffer.from(JSON.stringify(table));
  };
}

function errorLine(asked: number, floor: number): Buffer {
  const status = statusOf(kubeError.expired(`too old resource version: ${asked} (${floor})`));
  return Buffer.from(`${JSON.stringify({ type: 'ERROR', object: status })}\n`);
}
