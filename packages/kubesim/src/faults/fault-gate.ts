import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendJson } from '../api/answer.ts';
import type { Exchange } from '../api/exchange.ts';
import type { Fault, FaultSwitch } from './fault-switch.ts';

const reasons: Record<number, string> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  409: 'Conflict',
  410: 'Expired',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/** Lets a request through, or does to it what the active faults say. False when the request has been dealt with. */
export async function passesFaults(exchange: Exchange, faults: FaultSwitch): Promise<boolean> {
  const met = faults.meet(exchange.request.method ?? 'GET', exchange.request.url ?? '');
  for (const fault of met) if (!(await passes(exchange, fault))) return false;
  return true;
}

async function passes(exchange: Exchange, fault: Fault): Promise<boolean> {
  const { response } = exchange;
  if (fault.latency !== undefined) await sleep(fault.latency);
  if (fault.hang === true) return false;
  if (fault.reset === true) {
    response.destroy();
    return false;
  }
  if (fault.redirect !== undefined) {
    response.writeHead(307, { Location: fault.redirect }).end();
    return false;
  }
  if (fault.status !== undefined) {
    answerStatus(exchange, fault.status, fault.retryAfter);
    return false;
  }
  if (fault.halfJson === true) truncate(response);
  if (fault.dropWatchAfter !== undefined && exchange.query.get('watch') !== null) {
    const timer = setTimeout(() => response.destroy(), fault.dropWatchAfter);
    response.on('close', () => clearTimeout(timer));
  }
  return true;
}

function answerStatus(exchange: Exchange, code: number, retryAfter: number | undefined): void {
  if (retryAfter !== undefined) exchange.response.setHeader('Retry-After', String(retryAfter));
  sendJson(exchange, code, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `simulated fault ${code}`,
    reason: reasons[code] ?? 'Unknown',
    ...(retryAfter === undefined ? {} : { details: { retryAfterSeconds: retryAfter } }),
    code,
  });
}

/** Lets through the first half of the first piece of the answer, then breaks the connection. */
function truncate(response: ServerResponse): void {
  const write = response.write.bind(response);
  let cut = false;
  const first = (chunk: unknown): boolean => {
    if (cut || chunk === undefined) return true;
    cut = true;
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    write(bytes.subarray(0, Math.floor(bytes.length / 2)), () => response.destroy());
    return true;
  };
  Object.assign(response, {
    write: first,
    end(chunk: unknown) {
      first(chunk);
      return response;
    },
  });
}
