import { isAppError } from '@pilothouse/core';
import type { ResourceCatalogue } from '../catalogue/resource-catalogue.ts';
import type { Fault, FaultSwitch } from '../faults/fault-switch.ts';
import { createOpenApiDocuments, type OpenApiDocuments } from '../openapi/openapi-documents.ts';
import { sendBytes, sendJson, sendText } from './answer.ts';
import { aggregatedDiscovery, apiGroupList, apiGroupOf, apiResourceList, apiVersions } from './discovery.ts';
import { type Exchange, header } from './exchange.ts';
import { kubeError } from './kube-error.ts';
import { parseJson, readBody } from './request-body.ts';
import { versionInfo } from './version-info.ts';

export type PlainRoutesDeps = { catalogue: ResourceCatalogue; faults: FaultSwitch; address(): string };

/** Paths without objects: health, version, discovery and the simulator's own switches. */
export function createPlainRoutes(deps: PlainRoutesDeps) {
  const documents = createOpenApiDocuments(deps.catalogue);
  return async (exchange: Exchange): Promise<boolean> => {
    const path = exchange.path.length > 1 ? exchange.path.replace(/\/$/, '') : exchange.path;
    if (path === '/_simulator/faults') return switchFaults(exchange, deps.faults);
    if (exchange.request.method !== 'GET' && exchange.request.method !== 'HEAD') return false;
    if (path.startsWith('/openapi/')) return sendOpenApi(exchange, path, documents);
    if (path === '/version') return done(() => sendJson(exchange, 200, versionInfo));
    if (/^\/(healthz|livez|readyz)(\/|$)/.test(path)) return done(() => sendHealth(exchange, path));
    if (path === '/') return done(() => sendJson(exchange, 200, { paths: rootPaths(deps.catalogue) }));
    return sendDiscovery(exchange, path, deps);
  };
}

function done(send: () => void): true {
  send();
  return true;
}

/** JSON only: a client that insists on the protobuf form is told so. */
function sendOpenApi(exchange: Exchange, path: string, documents: OpenApiDocuments): boolean {
  const accept = header(exchange, 'accept');
  if (accept !== '' && !/json|\*\/\*/.test(accept)) throw kubeError.notAcceptable('application/json');
  if (path === '/openapi/v3') return done(() => sendJson(exchange, 200, documents.index()));
  if (path === '/openapi/v2')
    return done(() => sendBytes(exchange, { code: 200, type: 'application/json', body: documents.v2() }));
  const document = path.startsWith('/openapi/v3/') ? documents.v3(path.slice('/openapi/v3/'.length)) : undefined;
  if (document === undefined) return false;
  exchange.response.setHeader('Etag', JSON.stringify(document.hash));
  return done(() => sendBytes(exchange, { code: 200, type: 'application/json', body: document.body }));
}

function sendHealth(exchange: Exchange, path: string): void {
  const verbose = exchange.query.get('verbose') !== null;
  const checks = `[+]ping ok\n[+]log ok\n[+]etcd ok\n${path.split('/')[1]} check passed\n`;
  sendText(exchange, 200, verbose ? checks : 'ok');
}

function rootPaths(catalogue: ResourceCatalogue): string[] {
  const groups = new Set<string>();
  for (const resource of catalogue.all()) {
    if (resource.group === '') continue;
    groups.add(`/apis/${resource.group}`);
    for (const one of resource.versions) groups.add(`/apis/${resource.group}/${one.version}`);
  }
  return [
    '/api',
    '/api/v1',
    '/apis',
    ...[...groups].sort(),
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ];
}

function sendDiscovery(exchange: Exchange, path: string, deps: PlainRoutesDeps): boolean {
  const [root, first, second, ...rest] = path.slice(1).split('/');
  if ((root !== 'api' && root !== 'apis') || rest.length > 0) return false;
  if (first === undefined) {
    const aggregated = aggregatedVersion(header(exchange, 'accept'));
    if (aggregated !== undefined) return done(() => sendAggregated(exchange, root, aggregated, deps));
    return done(() =>
      sendJson(exchange, 200, root === 'api' ? apiVersions(deps.address()) : apiGroupList(deps.catalogue)),
    );
  }
  if (root === 'api') return second === undefined && send(exchange, apiResourceList(deps.catalogue, '', first));
  return second === undefined
    ? send(exchange, apiGroupOf(deps.catalogue, first))
    : send(exchange, apiResourceList(deps.catalogue, first, second));
}

function send(exchange: Exchange, body: unknown): boolean {
  if (body === undefined) return false;
  sendJson(exchange, 200, body);
  return true;
}

/** The first acceptable entry decides between the aggregated forms and the plain one. */
function aggregatedVersion(accept: string): 'v2' | 'v2beta1' | undefined {
  for (const entry of accept.split(',')) {
    if (!entry.trim().startsWith('application/json')) continue;
    const version = /as=APIGroupDiscoveryList/.test(entry) ? /v=(v2beta1|v2)\b/.exec(entry)?.[1] : undefined;
    return version === 'v2' || version === 'v2beta1' ? version : undefined;
  }
  return undefined;
}

function sendAggregated(
  exchange: Exchange,
  root: 'api' | 'apis',
  version: 'v2' | 'v2beta1',
  deps: PlainRoutesDeps,
): void {
  const body = Buffer.from(`${JSON.stringify(aggregatedDiscovery(deps.catalogue, root, version))}\n`);
  exchange.response.setHeader('Vary', 'Accept');
  sendBytes(exchange, {
    code: 200,
    type: `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
    body,
  });
}

/** GET lists the faults, POST adds one or (a list) sets them all, DELETE clears them. */
async function switchFaults(exchange: Exchange, faults: FaultSwitch): Promise<boolean> {
  const method = exchange.request.method;
  if (method === 'DELETE') faults.clear();
  else if (method === 'POST') {
    const body = parseJson((await readBody(exchange)).toString('utf8'));
    try {
      if (Array.isArray(body)) faults.set(body as Fault[]);
      else faults.add(body as Fault);
    } catch (error) {
      if (isAppError(error)) throw error;
      throw kubeError.badRequest(`match is not a regular expression: ${String(error)}`);
    }
  } else if (method !== 'GET') throw kubeError.methodNotAllowed();
  sendJson(exchange, 200, faults.list());
  return true;
}
