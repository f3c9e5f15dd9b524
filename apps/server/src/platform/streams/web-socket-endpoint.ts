import type { TicketRequest } from '@pilothouse/contract';
import type { Logger } from '@pilothouse/core';
import type { WebSocket } from 'ws';
import type { Principal } from '../http/principal.ts';

type TicketPath = TicketRequest['path'];

/** What a ticket opens: the request it was issued for. */
export type TicketTarget<Path extends TicketPath = TicketPath> = Extract<TicketRequest, { path: Path }>;

export type WebSocketConnection<Path extends TicketPath = TicketPath> = {
  readonly socket: WebSocket;
  readonly principal: Principal;
  readonly target: TicketTarget<Path>;
  readonly requestId: string;
  readonly address: string;
  readonly log: Logger;
  /** Aborts when the socket closes, the principal's access ends, or the server stops. */
  readonly signal: AbortSignal;
  /** Sends unless the client lags too far behind, which disconnects it with `stream_too_slow` (1013). */
  send(data: string | Uint8Array): void;
  /** Closes with a code of RFC 6455, 7.4 and a reason the client can show: `<error code>: <message>`. */
  close(status: number, reason: string): void;
};

/** A WebSocket path. It opens with a one-time ticket only; pings, limits and the farewell at shut-down are the platform's. */
export type WebSocketEndpoint = {
  readonly path: TicketPath;
  /** Asked when a ticket is issued and again when it is redeemed; throws what the HTTP answer shall say. */
  authorize(principal: Principal, target: TicketTarget): void | Promise<void>;
  /** Runs until the conversation is over; what it throws closes the socket with its code and message. */
  open(connection: WebSocketConnection): Promise<void>;
};

/** Keeps the literal path, so that the handler sees the target of its own path. */
export function webSocketEndpoint<Path extends TicketPath>(endpoint: {
  readonly path: Path;
  authorize(principal: Principal, target: TicketTarget<Path>): void | Promise<void>;
  open(connection: WebSocketConnection<Path>): Promise<void>;
}): WebSocketEndpoint {
  return endpoint as unknown as WebSocketEndpoint;
}
