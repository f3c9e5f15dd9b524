import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '@pilothouse/core';
import { silentLogger } from '@pilothouse/core';
import {
  type ClusterCache,
  type ClusterCacheOptions,
  createClusterCache,
  type KubeObject,
  type ResourceType,
} from '@pilothouse/kube';
import { onTestFinished } from 'vitest';
import { answer, clientOf, startServer } from './test-server.ts';

export const configMaps: ResourceType = {
  group: '',
  version: 'v1',
  plural: 'configmaps',
  singular: 'configmap',
  kind: 'ConfigMap',
  namespaced: true,
  verbs: ['list', 'watch'],
  shortNames: [],
  categories: [],
  subresources: [],
};

export function configMap(name: string, version: number, extra: object = {}): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', uid: `uid-${name}`, resourceVersion: String(version) },
    ...extra,
  };
}

/** One open watch, from the server's side. */
export type FakeWatch = {
  readonly from: string;
  readonly response: ServerResponse;
  send(type: string, object: unknown): void;
  bookmark(version: number): void;
  end(): void;
  /** Breaks the connection. */
  drop(): void;
};

/** An API server that does what a test tells it: what a list answers is set, watches are played by hand. */
export type FakeApi = {
  readonly url: string;
  items: KubeObject[];
  version: number;
  readonly lists: string[];
  readonly watches: FakeWatch[];
  /** Takes a request before it is answered as usual; true when it has answered. */
  intercept: ((request: IncomingMessage, response: ServerResponse, isWatch: boolean) => boolean) | undefined;
  /** The nth watch (from 0) once it is open. */
  watch(index: number): Promise<FakeWatch>;
};

export async function startFakeApi(items: KubeObject[] = []): Promise<FakeApi> {
  const waiting = new Map<number, (watch: FakeWatch) => void>();
  const url = await startServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://api').searchParams;
    const isWatch = query.get('watch') === 'true';
    if (!isWatch) api.lists.push(request.url ?? '');
    if (api.intercept?.(request, response, isWatch)) return;
    if (isWatch) openWatch(query.get('resourceVersion') ?? '', response);
    else listPage(query, response);
  });

  function listPage(query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get('continue') ?? 0);
    const to = from + Number(query.get('limit') ?? api.items.length);
    const page = api.items.slice(from, to);
    const next = to < api.items.length ? { continue: String(to), remainingItemCount: api.items.length - to } : {};
    answer(response, 200, {
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: String(api.version), ...next },
      items: page.map(({ apiVersion: _, kind: __, ...item }) => item),
    });
  }

  function openWatch(from: string, response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch: FakeWatch = {
      from,
      response,
      send: (type, object) => void response.write(`${JSON.stringify({ type, object })}\n`),
      bookmark: (version) =>
        watch.send('BOOKMARK', { kind: 'ConfigMap', metadata: { resourceVersion: String(version) } }),
      end: () => void response.end(),
      drop: () => void response.destroy(),
    };
    const index = api.watches.push(watch) - 1;
    waiting.get(index)?.(watch);
  }

  const api: FakeApi = {
    url,
    items,
    version: 100,
    lists: [],
    watches: [],
    intercept: undefined,
    watch(index) {
      const open = api.watches[index];
      return open ? Promise.resolve(open) : new Promise((resolve) => waiting.set(index, resolve));
    },
  };
  return api;
}

/** Real time, but pauses are a hundredth as long; remembers how long they were meant to be. */
export function createHurriedClock(): Clock & { readonly pauses: number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    now: () => Date.now(),
    sleep(milliseconds, signal) {
      pauses.push(milliseconds);
      return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, milliseconds / 100);
        signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(signal.reason);
        });
      });
    },
  };
}

/** The watch caches on a fake API, closed when the test is over. */
export function cachesOf(api: FakeApi, options: Partial<ClusterCacheOptions> = {}): ClusterCache {
  const client = clientOf(api.url, {}, { request: 2000, idle: 2000 });
  const caches = createClusterCache(client, { log: silentLogger, clock: createHurriedClock(), ...options });
  onTestFinished(() => caches.close());
  return caches;
}
