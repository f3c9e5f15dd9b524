import { pipeline } from 'node:stream/promises';
import { beginHeaders } from '../api/answer.ts';
import { type Exchange, flag } from '../api/exchange.ts';
import { kubeError } from '../api/kube-error.ts';
import type { SubresourceHandler } from '../api/subresource-handler.ts';
import type { PodLogRequest, PodRuntimePort } from '../pod-runtime-port.ts';
import type { ObjectWriter } from '../rules/object-writer.ts';
import { containerOf } from './pod-container.ts';

/** `pods/x/log`: plain text, streamed as long as the client reads and follows. */
export function createLogHandler(deps: {
  writer: ObjectWriter;
  runtime: PodRuntimePort | undefined;
}): SubresourceHandler {
  return async (exchange, target, path) => {
    if (exchange.request.method !== 'GET') throw kubeError.methodNotAllowed();
    const pod = deps.writer.get(target, path);
    const request = logRequest(exchange, path.name, containerOf(pod, exchange.query.get('container')));
    const node = (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? '';
    if (node === '' || deps.runtime === undefined) {
      exchange.response.writeHead(204).end(); // an unscheduled pod has said nothing yet
      return;
    }
    const log = deps.runtime.logs(pod, request);
    beginHeaders(exchange, 200, 'text/plain');
    exchange.response.flushHeaders();
    await pipeline(log, exchange.response).catch(() => log.destroy()); // the client left
  };
}

function logRequest(exchange: Exchange, pod: string, container: string): PodLogRequest {
  const tailLines = count(exchange, pod, { name: 'tailLines', least: 0 });
  const sinceSeconds = count(exchange, pod, { name: 'sinceSeconds', least: 1 });
  const limitBytes = count(exchange, pod, { name: 'limitBytes', least: 1 });
  const sinceTime = exchange.query.get('sinceTime');
  if (sinceSeconds !== undefined && sinceTime !== null) {
    throw kubeError.invalid({ group: '', plural: '', kind: 'PodLogOptions' }, pod, [
      {
        reason: 'FieldValueForbidden',
        message: 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified',
        field: '',
      },
    ]);
  }
  return {
    container,
    follow: flag(exchange, 'follow'),
    previous: flag(exchange, 'previous'),
    timestamps: flag(exchange, 'timestamps'),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(sinceTime === null ? {} : { sinceTime }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

function count(exchange: Exchange, pod: string, { name, least }: { name: string; least: number }): number | undefined {
  const text = exchange.query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= least) return value;
  throw kubeError.invalid({ group: '', plural: '', kind: 'PodLogOptions' }, pod, [
    {
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${text}: must be greater than ${least === 0 ? 'or equal to 0' : '0'}`,
      field: name,
    },
  ]);
}
