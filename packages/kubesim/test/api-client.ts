import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { SimulatedCluster } from '../src/index.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are looked into as tests please
export type Json = any;
export type Answer = { code: number; headers: IncomingHttpHeaders; body: Json; text: string };
export type Call = { body?: unknown; type?: string; accept?: string; headers?: Record<string, string> };

export const merge = 'application/merge-patch+json';
export const strategic = 'application/strategic-merge-patch+json';
export const jsonPatch = 'application/json-patch+json';
export const applyPatch = 'application/apply-patch+yaml';
export const asTable = 'application/json;as=Table;v=v1;g=meta.k8s.io';
export const asMetadata = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

export type OpenWatch = {
  readonly events: Json[];
  readonly closed: boolean;
  close(): void;
};

/** Plain HTTP to one simulated cluster, without any Kubernetes client between. */
export function createApiClient(cluster: SimulatedCluster) {
  function send(method: string, path: string, call: Call): Promise<Answer> {
    const body =
      call.body === undefined ? undefined : typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
    return new Promise((resolve, reject) => {
      const headers = {
        'user-agent': 'tests/1.0',
        ...(call.accept === undefined ? {} : { accept: call.accept }),
        ...(body === undefined
          ? {}
          : { 'content-type': call.type ?? 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...call.headers,
      };
      const request = httpRequest(`${cluster.url}${path}`, { method, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const raw = Buffer.concat(chunks);
          const text =
            response.headers['content-encoding'] === undefined ? raw.toString('utf8') : raw.toString('base64');
          resolve({ code: response.statusCode ?? 0, headers: response.headers, body: parsed(text), text });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }

  return {
    get: (path: string, call: Call = {}) => send('GET', path, call),
    post: (path: string, body: unknown, call: Call = {}) => send('POST', path, { ...call, body }),
    put: (path: string, body: unknown) => send('PUT', path, { body }),
    patch: (path: string, type: string, body: unknown) => send('PATCH', path, { body, type }),
    delete: (path: string, body?: unknown) => send('DELETE', path, body === undefined ? {} : { body }),
    /** Server-side apply. */
    apply: (path: string, manager: string, body: unknown, flags = '') =>
      send('PATCH', `${path}?fieldManager=${manager}${flags}`, { body, type: applyPatch }),
    watch(path: string, accept?: string): OpenWatch {
      const events: Json[] = [];
      let rest = '';
      let closed = false;
      const request = httpRequest(
        `${cluster.url}${path}`,
        { headers: accept === undefined ? {} : { accept } },
        (response) => {
          response.setEncoding('utf8');
          response.on('data', (text: string) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) events.push(JSON.parse(line));
          });
          response.on('close', () => {
            closed = true;
          });
          response.on('error', () => undefined);
        },
      );
      request.on('error', () => {
        closed = true;
      });
      request.end();
      return {
        events,
        get closed() {
          return closed;
        },
        close: () => request.destroy(),
      };
    },
  };
}

export type ApiClient = ReturnType<typeof createApiClient>;

function parsed(text: string): Json {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
