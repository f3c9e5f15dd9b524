import { appError, type Clock } from '@pilothouse/core';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import type { ObjectWriter, Target } from '../rules/object-writer.ts';
import type { Database } from '../storage/database.ts';
import { sendJson } from './answer.ts';
import { type Exchange, flag, header } from './exchange.ts';
import { kubeError } from './kube-error.ts';
import { createListHandler } from './list-handler.ts';
import { type Answer, negotiate, servedTypes } from './media-type.ts';
import { presentObject } from './object-encoder.ts';
import type { ResourcePath } from './request-info.ts';
import type { SubresourceHandler } from './subresource-handler.ts';
import { createWatchHandler, type WatchHandlerDeps } from './watch-handler.ts';
import { createWriteHandlers } from './write-handlers.ts';

export type ResourceRouterDeps = {
  database: Database;
  catalogue: ResourceCatalogue;
  writer: ObjectWriter;
  clock: Clock;
  bookmarkMilliseconds: number;
  opened: WatchHandlerDeps['opened'];
  /** By `plural.group/subresource` or `star/subresource`. */
  subresources: ReadonlyMap<string, SubresourceHandler>;
};

/** Sends a request for stored objects to the handler of its verb. False when nothing is served at that path. */
export function createResourceRouter(deps: ResourceRouterDeps) {
  const list = createListHandler(deps);
  const watch = createWatchHandler(deps);
  const writes = createWriteHandlers(deps);

  async function onCollection(
    exchange: Exchange,
    target: Target,
    at: { path: ResourcePath; answer: Answer },
  ): Promise<void> {
    const { path, answer } = at;
    const method = exchange.request.method ?? 'GET';
    if (method === 'GET' || method === 'HEAD') {
      const how = { scope: path, answer };
      return flag(exchange, 'watch') || path.watch ? watch(exchange, target, how) : list(exchange, target, how);
    }
    if (method === 'POST') {
      if (target.resource.namespaced && path.namespace === '') throw kubeError.methodNotAllowed();
      return writes.create(exchange, target, at);
    }
    if (method === 'DELETE') return writes.removeCollection(exchange, target, at);
    throw kubeError.methodNotAllowed();
  }

  async function onObject(
    exchange: Exchange,
    target: Target,
    at: { path: ResourcePath; answer: Answer },
  ): Promise<void> {
    const { path, answer } = at;
    switch (exchange.request.method) {
      case 'GET':
      case 'HEAD': {
        if (path.subresource === 'finalize') throw kubeError.methodNotAllowed();
        if (path.watch) return watch(exchange, target, { scope: path, answer });
        const object = deps.writer.get(target, path);
        const how = { answer, includeObject: exchange.query.get('includeObject') ?? 'Metadata', now: deps.clock.now() };
        return sendJson(exchange, 200, presentObject(target, object, how));
      }
      case 'PUT':
        return writes.replace(exchange, target, at);
      case 'PATCH':
        return writes.patch(exchange, target, at);
      case 'DELETE':
        if (path.subresource !== '') throw kubeError.methodNotAllowed();
        return writes.remove(exchange, target, at);
      default:
        throw kubeError.methodNotAllowed();
    }
  }

  return async (exchange: Exchange, path: ResourcePath): Promise<boolean> => {
    const target = deps.catalogue.find(path.group, path.version, path.resource);
    if (target === undefined) return false;
    const { resource } = target;
    if (resource.namespaced && path.namespace === '' && path.name !== '') return false;
    if (!resource.namespaced && path.namespace !== '') return false;
    const handler =
      path.subresource === '' || isPartOfObject(target, path.subresource)
        ? undefined
        : subresourceOf(deps, target, path);
    if (handler !== undefined) {
      await handler(exchange, target, path);
      return true;
    }
    if (path.subresource !== '' && !isPartOfObject(target, path.subresource)) return false;
    const answer = negotiate(header(exchange, 'accept'));
    if (answer === undefined) throw kubeError.notAcceptable(servedTypes);
    const at = { path, answer };
    if (path.name === '') await onCollection(exchange, target, at);
    else await onObject(exchange, target, at);
    return true;
  };
}

/** Subresources read and written as the object itself, of which they change one part. */
const parts = new Set(['ephemeralcontainers', 'resize', 'finalize', 'approval']);

function isPartOfObject({ resource, version }: Target, subresource: string): boolean {
  if (subresource === 'status') return version.hasStatus;
  return parts.has(subresource) && resource.subresources.some((one) => one.name === subresource);
}

function subresourceOf(deps: ResourceRouterDeps, target: Target, path: ResourcePath): SubresourceHandler | undefined {
  const { resource, version } = target;
  if (path.subresource === 'scale') return version.scale === undefined ? undefined : deps.subresources.get('*/scale');
  if (!resource.subresources.some((one) => one.name === path.subresource)) return undefined;
  const name = resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
  const handler = deps.subresources.get(`${name}/${path.subresource}`);
  if (handler === undefined) throw appError('internal', `no handler for ${name}/${path.subresource}`);
  return handler;
}
