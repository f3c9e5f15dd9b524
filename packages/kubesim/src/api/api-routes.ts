import type { Duplex } from 'node:stream';
import type { Clock } from '@pilothouse/core';
import type { Access } from '../access/access.ts';
import { createReviewRoutes } from '../access/review-routes.ts';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import type { FaultSwitch } from '../faults/fault-switch.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import type { PodRuntimePort } from '../pod-runtime-port.ts';
import { createBindingHandler } from '../pods/binding-handler.ts';
import { createEvictionHandler } from '../pods/eviction-handler.ts';
import { createExecHandler } from '../pods/exec-handler.ts';
import { createLogHandler } from '../pods/log-handler.ts';
import { createMetricsRoutes } from '../pods/metrics-routes.ts';
import { createNodeProxyHandler } from '../pods/node-proxy-handler.ts';
import { containerOf, requireScheduled } from '../pods/pod-container.ts';
import type { ObjectWriter } from '../rules/object-writer.ts';
import type { Database } from '../storage/database.ts';
import { componentStatusRoutes } from './component-status-routes.ts';
import type { Exchange } from './exchange.ts';
import { flag } from './exchange.ts';
import { kubeError } from './kube-error.ts';
import { createPlainRoutes } from './plain-routes.ts';
import { parseResourcePath, type ResourcePath, verbOf } from './request-info.ts';
import { createResourceRouter } from './resource-router.ts';
import { createScaleHandler } from './scale-handler.ts';
import type { SubresourceHandler } from './subresource-handler.ts';
import { createTokenHandler } from './token-handler.ts';
import type { WatchStream } from './watch-stream.ts';

export type ApiRoutesDeps = {
  database: Database;
  catalogue: ResourceCatalogue;
  writer: ObjectWriter;
  clock: Clock;
  faults: FaultSwitch;
  access: Access;
  store: ObjectStorePort;
  runtime: PodRuntimePort | undefined;
  bookmarkMilliseconds: number;
  /** host:port as clients reach it. */
  address(): string;
};

export type ApiRoutes = {
  authorize(exchange: Exchange): void;
  route(exchange: Exchange): Promise<boolean>;
  upgrade(exchange: Exchange, connection: { socket: Duplex; head: Buffer }): Promise<boolean>;
  dropWatches(): void;
};

/** Everything the server answers, from the plain endpoints to the subresources. */
export function createApiRoutes(deps: ApiRoutesDeps): ApiRoutes {
  const watches = new Set<WatchStream>();
  const plain = createPlainRoutes(deps);
  const reviews = createReviewRoutes(deps.access);
  const metrics = createMetricsRoutes(deps);
  const exec = createExecHandler(deps);
  const subresources = new Map<string, SubresourceHandler>([
    ['*/scale', createScaleHandler(deps.writer)],
    ['pods/log', createLogHandler(deps)],
    ['pods/exec', upgradeOnly(deps.writer)],
    ['pods/attach', upgradeOnly(deps.writer)],
    ['pods/binding', createBindingHandler(deps.writer)],
    ['pods/eviction', createEvictionHandler(deps)],
    ['nodes/proxy', createNodeProxyHandler(deps)],
    ['serviceaccounts/token', createTokenHandler(deps)],
  ]);
  const resources = createResourceRouter({
    ...deps,
    subresources,
    opened(stream) {
      watches.add(stream);
      return () => watches.delete(stream);
    },
  });

  return {
    authorize(exchange) {
      const path = parseResourcePath(exchange.path);
      const method = exchange.request.method ?? 'GET';
      if (path === undefined) {
        const verb = method.toLowerCase();
        if (exchange.path.startsWith('/_simulator/') || isOpen(exchange.path)) return;
        if (deps.access.allows(exchange.user, { verb, nonResourcePath: exchange.path })) return;
        throw kubeError.forbiddenPath(
          `User ${JSON.stringify(exchange.user.name)} cannot ${verb} path ${JSON.stringify(exchange.path)}`,
        );
      }
      if (isReview(path)) return;
      const verb = verbOf(method, path, path.watch || flag(exchange, 'watch'));
      if (deps.access.allows(exchange.user, { ...path, verb })) return;
      throw kubeError.forbidden(
        { group: path.group, plural: path.resource, kind: path.resource },
        path.name,
        denial(exchange.user.name, verb, path),
      );
    },
    async route(exchange) {
      if (await plain(exchange)) return true;
      const path = parseResourcePath(exchange.path);
      if (path === undefined) return false;
      if (componentStatusRoutes(exchange, path) || metrics(exchange, path)) return true;
      if ((await reviews(exchange, path)) || (await resources(exchange, path))) return true;
      throw kubeError.noSuchResource(); // below the API's roots even an unknown path is answered with a Status
    },
    async upgrade(exchange, connection) {
      const path = parseResourcePath(exchange.path);
      if (path === undefined || path.resource !== 'pods' || !streamed.has(path.subresource)) return false;
      const target = deps.catalogue.find(path.group, path.version, path.resource);
      if (target === undefined) return false;
      exec(exchange, { target, path }, connection);
      return true;
    },
    dropWatches() {
      for (const stream of watches) stream.destroy();
    },
  };
}

const streamed = new Set(['exec', 'attach']);

/** A plain request for a stream is refused for the first reason there is. */
function upgradeOnly(writer: ObjectWriter): SubresourceHandler {
  return async (exchange, target, path) => {
    const pod = writer.get(target, path);
    requireScheduled(pod);
    containerOf(pod, exchange.query.get('container'));
    throw kubeError.badRequest('Upgrade request required');
  };
}

/** Discovery and health are open to whoever is authenticated (system:discovery). */
function isOpen(path: string): boolean {
  return /^\/(api|apis|openapi|version|healthz|livez|readyz)(\/|$)/.test(path);
}

/** Asking what oneself may do needs no permission (system:basic-user). */
function isReview(path: ResourcePath): boolean {
  return (
    (path.group === 'authorization.k8s.io' || path.group === 'authentication.k8s.io') &&
    path.resource.startsWith('selfsubject')
  );
}

function denial(user: string, verb: string, path: ResourcePath): string {
  const resource = path.subresource === '' ? path.resource : `${path.resource}/${path.subresource}`;
  const where = path.namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(path.namespace)}`;
  return `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(path.group)} ${where}`;
}
