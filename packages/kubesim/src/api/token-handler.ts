import { randomBytes } from 'node:crypto';
import type { Clock } from '@pilothouse/core';
import type { ObjectWriter } from '../rules/object-writer.ts';
import { sendJson } from './answer.ts';
import { kubeError } from './kube-error.ts';
import { contentType, decodeBody, readBody } from './request-body.ts';
import type { SubresourceHandler } from './subresource-handler.ts';

/** `serviceaccounts/x/token`: an opaque token. It is not accepted as a credential: only the configured users' tokens are. */
export function createTokenHandler(deps: { writer: ObjectWriter; clock: Clock }): SubresourceHandler {
  return async (exchange, target, path) => {
    if (exchange.request.method !== 'POST') throw kubeError.methodNotAllowed();
    deps.writer.get(target, path);
    const request = decodeBody(await readBody(exchange), contentType(exchange));
    const spec = (request.spec ?? {}) as { expirationSeconds?: number; audiences?: string[] };
    const seconds = spec.expirationSeconds ?? 3600;
    sendJson(exchange, 201, {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name: path.name, namespace: path.namespace },
      spec: { ...spec, expirationSeconds: seconds, audiences: spec.audiences ?? ['https://kubernetes.default.svc'] },
      status: {
        token: `simulated.${randomBytes(24).toString('base64url')}`,
        expirationTimestamp: `${new Date(deps.clock.now() + seconds * 1000).toISOString().slice(0, 19)}Z`,
      },
    });
  };
}
