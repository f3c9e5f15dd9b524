import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type AppError, appError, type Clock, isAppError, type Logger, messageOf } from '@pilothouse/core';
import { isExpired, typeFieldsOf } from '../client/list-pages.ts';
import { collectionPath, withQuery } from '../client/resource-path.ts';
import { watchEvents } from '../client/watch-events.ts';
import { objectKey } from '../cluster-cache.ts';
import { readList } from '../json/list-reader.ts';
import { objectText, parseObject } from '../json/object-parser.ts';
import type { KubeClient } from '../kube-client.ts';
import type { ResourceType } from '../resource-type.ts';
import { createBackoff } from './backoff.ts';
import type { CachedObjects } from './cached-objects.ts';
import { trimObject } from './trim-object.ts';

/** What the reflector says while it runs. */
export type ReflectorReports = {
  /** Objects read so far by a list that is under way. */
  listing(loaded: number): void;
  /** The content equals the cluster's: a list is complete, or an open watch has told all it has. */
  live(): void;
  broken(error: AppError): void;
};

export type ReflectorOptions = {
  client: KubeClient;
  type: ResourceType;
  objects: CachedObjects;
  reports: ReflectorReports;
  log: Logger;
  clock: Clock;
  pageSize: number;
  /** Milliseconds without a byte after which a watch counts as dead. Servers send bookmarks about once a minute. */
  watchIdle: number;
};

/** A watch that ends sooner than this counts as a failure, so that a server which drops each one is not hammered. */
const briefWatch = 1000;
/** How often a resource is listed again that has no watch, or whose watch we may not open. */
const pollEvery = 30_000;
const slice = 8;

/**
 * Keeps `objects` equal to a resource of a cluster until the signal aborts: pages of a first list, then watches from where the last
 * one ended; a new list, with deletes for what vanished, when the cluster no longer knows that place (410).
 */
export async function runReflector(options: ReflectorOptions, signal: AbortSignal): Promise<void> {
  const { type, reports, log, clock } = options;
  const backoff = createBackoff(500, 30_000);
  let version: string | undefined;

  async function pause(error: AppError): Promise<void> {
    const refused =
      error.code === 'cluster_denied' || error.code === 'cluster_unauthorized' || error.code === 'not_found';
    // A refusal does not pass by itself within a second; asking on would only fill the cluster's audit log.
    const least = refused ? 5000 : 0;
    const wait = Math.max(backoff.next(), least, (error.retryAfterSeconds ?? 0) * 1000);
    log.debug('a watch broke', { resource: type.plural, code: error.code, error: error.message, wait });
    await clock.sleep(wait, signal).catch(() => {});
  }

  while (!signal.aborted) {
    try {
      if (version === undefined) {
        version = await list(options, signal);
        reports.live();
      }
      const watch = await watchFrom(options, version, signal);
      version = watch.version;
      if (watch.lasted >= briefWatch) backoff.reset();
      else await pause(appError('cluster_unreachable', 'The cluster ended the watch at once.'));
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof BrokenWatch) {
        version = error.version;
        if (error.lasted >= briefWatch) backoff.reset();
      }
      const failure = asAppError(error instanceof BrokenWatch ? error.cause : error);
      if (isExpired(failure)) {
        version = undefined;
        if (backoff.failures === 0) {
          backoff.next();
          continue;
        }
      } else if (isQuietEnd(error, failure)) continue;
      reports.broken(failure);
      await pause(failure);
    }
  }
}

/** A watch that failed after it had opened, with the place to go on from. */
class BrokenWatch extends Error {
  readonly version: string;
  readonly lasted: number;
  constructor(cause: unknown, version: string, lasted: number) {
    super('the watch broke', { cause });
    this.version = version;
    this.lasted = lasted;
  }
}

/** A watch that lasted and then only fell silent is opened again without a word. */
function isQuietEnd(error: unknown, failure: AppError): boolean {
  return error instanceof BrokenWatch && failure.code === 'cluster_timeout' && error.lasted >= briefWatch;
}

function asAppError(error: unknown): AppError {
  return isAppError(error)
    ? error
    : appError('internal', `Reading the cluster failed: ${messageOf(error)}`, { cause: error });
}

/** Reads all pages into the objects and removes what is no longer there. Returns the version to watch from. */
async function list(options: ReflectorOptions, signal: AbortSignal): Promise<string> {
  const { type, objects, reports } = options;
  const typeFields = typeFieldsOf(type);
  const seen = objects.index.size > 0 ? new Set<string>() : undefined;
  const pages = createPageSource(options, signal);
  let loaded = 0;
  let version = '';
  try {
    let next: string | undefined;
    do {
      const { metadata } = await readList(await pages.open(next), {
        slice,
        onHead: (head) => pages.prefetch(continueToken.exec(head)?.[1]),
        onItem(bytes, from, to, marks) {
          const object = trimObject(parseObject(objectText(bytes, from, to, marks, typeFields), marks.depth));
          seen?.add(objectKey(object));
          objects.upsert(object);
          loaded += 1;
        },
      });
      version = metadata?.resourceVersion ?? '';
      reports.listing(loaded);
      next = metadata?.continue || undefined;
    } while (next);
  } finally {
    pages.discard();
  }
  if (seen) for (const key of [...objects.index.keys()]) if (!seen.has(key)) objects.remove(key);
  return version;
}

/** The token of the next page, in the head of a page. Escaped ones are left to the parsed end of the page. */
const continueToken = /"continue":"([^"\\]+)"/;

type PageSource = {
  /** The bytes of a page: those asked for beforehand, when they are of that page. */
  open(token: string | undefined): Promise<Readable>;
  /** Asks for the next page while the present one is still being read, so that the cluster works while we do. */
  prefetch(token: string | undefined): void;
  discard(): void;
};

function createPageSource({ client, type, pageSize }: ReflectorOptions, signal: AbortSignal): PageSource {
  let ahead: { token: string; body: Promise<Readable> } | undefined;

  function request(token: string | undefined): Promise<Readable> {
    const path = withQuery(collectionPath(type), { limit: pageSize, continue: token });
    return client.getStream(path, { signal, bulk: true });
  }

  function discard(): void {
    ahead?.body.then(
      (body) => body.destroy(),
      () => {},
    );
    ahead = undefined;
  }

  return {
    open(token) {
      if (ahead === undefined || ahead.token !== token) {
        discard();
        return request(token);
      }
      const { body } = ahead;
      ahead = undefined;
      return body;
    },
    prefetch(token) {
      discard();
      if (token === undefined) return;
      const body = request(token);
      // Whoever opens the page hears of its failure; until then it must not count as unhandled.
      body.catch(() => {});
      ahead = { token, body };
    },
    discard,
  };
}

/** Follows one watch to its end. Throws BrokenWatch once it was open, the client's error before. */
async function watchFrom(
  options: ReflectorOptions,
  from: string,
  signal: AbortSignal,
): Promise<{ version: string; lasted: number }> {
  const { client, type, objects, reports, clock } = options;
  if (!type.verbs.includes('watch')) {
    await clock.sleep(pollEvery, signal);
    return listAgain(options, signal);
  }
  const path = withQuery(collectionPath(type), {
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: 300 + Math.floor(Math.random() * 300),
    resourceVersion: from,
  });
  const body = await client.getStream(path, { signal, idleTimeout: options.watchIdle }).catch((error: unknown) => {
    if (isAppError(error) && error.code === 'cluster_denied') return undefined;
    throw error;
  });
  if (!body) {
    // Allowed to list and not to watch: lists it is, as long as they are allowed.
    const listed = await listAgain(options, signal);
    await clock.sleep(pollEvery, signal);
    return listed;
  }
  const openedAt = clock.now();
  let version = from;
  let sliceEnd = performance.now() + slice;
  let heard = false;
  try {
    // An error at once (410) is an event of an open stream; until the first event or a quiet moment, nothing is known.
    const settle = setTimeout(() => {
      if (!heard && !signal.aborted) reports.live();
    }, 0);
    try {
      for await (const event of watchEvents(body, { trim: true })) {
        heard = true;
        reports.live();
        if (event.type === 'BOOKMARK') version = event.resourceVersion;
        else {
          if (event.type === 'DELETED') objects.remove(objectKey(event.object));
          else objects.upsert(trimObject(event.object));
          version = event.object.metadata.resourceVersion ?? version;
        }
        if (performance.now() > sliceEnd) {
          await nextTurn();
          sliceEnd = performance.now() + slice;
        }
      }
    } finally {
      clearTimeout(settle);
    }
  } catch (error) {
    throw new BrokenWatch(error, version, clock.now() - openedAt);
  }
  return { version, lasted: clock.now() - openedAt };
}

async function listAgain(options: ReflectorOptions, signal: AbortSignal): Promise<{ version: string; lasted: number }> {
  const version = await list(options, signal);
  options.reports.live();
  return { version, lasted: pollEvery };
}
