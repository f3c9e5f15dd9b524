import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimulatedUser } from '../access/simulated-user.ts';

/** One HTTP request with its answer, as handlers see it. */
export type Exchange = {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly user: SimulatedUser;
  /** Warning headers (RFC 7234) of the answer, `299 - "text"`. */
  readonly warnings: string[];
};

export function header(exchange: Exchange, name: string): string {
  const value = exchange.request.headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

export function flag(exchange: Exchange, name: string): boolean {
  const value = exchange.query.get(name);
  return value === 'true' || value === '1';
}
