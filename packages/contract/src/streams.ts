import Type, { type Static } from 'typebox';
import { resourceFilter, TableMessage } from './resources.ts';
import { defineRoute } from './route.ts';
import { Closed, CommaList, Id, OneOf, Page, pageQuery, Timestamp } from './schema.ts';

/** One entry of the platform's event log: identity, not state. */
export const PlatformEvent = Type.Object({
  seq: Type.Integer(),
  id: Id,
  type: Type.String({ description: 'Past tense: `cluster.registered`.' }),
  subject: Type.String({ description: '`cluster/<id>`' }),
  actor: Type.String(),
  generation: Type.Optional(Type.Integer()),
  at: Timestamp,
  data: Type.Record(Type.String(), Type.Unknown()),
});
export type PlatformEvent = Static<typeof PlatformEvent>;

export const AuditEntry = Type.Object({
  id: Id,
  at: Timestamp,
  actor: Type.Object({
    type: OneOf(['user', 'token', 'system', 'anonymous']),
    id: Type.Optional(Type.String()),
    name: Type.String(),
  }),
  verb: Type.String(),
  object: Type.String({ description: 'What it was done to: `cluster/prod`, `prod/secrets/shop/db`.' }),
  cluster: Type.Optional(Type.String()),
  result: OneOf(['allowed', 'denied', 'failed']),
  requestId: Type.Optional(Type.String()),
  address: Type.Optional(Type.String()),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
});
export type AuditEntry = Static<typeof AuditEntry>;

export const DeadLetter = Type.Object({
  id: Id,
  consumer: Type.String(),
  event: PlatformEvent,
  attempts: Type.Integer(),
  error: Type.String(),
  at: Timestamp,
});
export type DeadLetter = Static<typeof DeadLetter>;

/** What a ticket opens; it is bound to the user, the path and this object. */
export const TicketRequest = Type.Union([
  Closed({ path: Type.Literal('/ws/watch') }),
  Closed({
    path: Type.Literal('/ws/exec'),
    cluster: Type.String({ maxLength: 100 }),
    namespace: Type.String({ maxLength: 63 }),
    pod: Type.String({ maxLength: 253 }),
    container: Type.Optional(Type.String({ maxLength: 253 })),
    command: Type.Optional(
      Type.Array(Type.String({ maxLength: 10_000 }), {
        minItems: 1,
        maxItems: 200,
        description: 'Default: the first shell there is of bash, ash, sh.',
      }),
    ),
    tty: Type.Optional(Type.Boolean()),
    stdin: Type.Optional(Type.Boolean()),
  }),
]);
export type TicketRequest = Static<typeof TicketRequest>;

export const streamRoutes = {
  streams: defineRoute({
    id: 'stream.open',
    method: 'GET',
    path: '/api/v1/streams',
    tag: 'streams',
    summary: 'The platform’s event log, live (SSE of PlatformEvent; resume with Last-Event-ID)',
    permission: { level: 'filtered', noun: 'event', verb: 'read' },
    query: Closed({
      topics: Type.Optional(CommaList('Event type prefixes: `cluster`, `user`. Default: all I may see.')),
    }),
    stream: 'sse',
    response: PlatformEvent,
  }),
  createTicket: defineRoute({
    id: 'ticket.create',
    method: 'POST',
    path: '/api/v1/tickets',
    tag: 'streams',
    summary: 'A one-time ticket (30 s) that opens a WebSocket',
    permission: { level: 'signed-in' },
    body: TicketRequest,
    response: Type.Object({
      ticket: Type.String(),
      url: Type.String({ description: 'Path and query to open: `/ws/watch?ticket=…`.' }),
      expiresAt: Timestamp,
    }),
    status: 201,
  }),
  listPlatformEvents: defineRoute({
    id: 'event.list',
    method: 'GET',
    path: '/api/v1/platform-events',
    tag: 'platform',
    summary: 'The platform’s event log, newest first',
    permission: { level: 'filtered', noun: 'event', verb: 'read' },
    query: Closed({
      ...pageQuery,
      topics: Type.Optional(CommaList('Event type prefixes.')),
      subject: Type.Optional(Type.String({ maxLength: 200 })),
    }),
    response: Page(PlatformEvent),
  }),
  listAudit: defineRoute({
    id: 'audit.list',
    method: 'GET',
    path: '/api/v1/audit',
    tag: 'platform',
    summary: 'The audit log, newest first',
    permission: { level: 'platform', noun: 'audit', verb: 'read' },
    query: Closed({
      ...pageQuery,
      actor: Type.Optional(Type.String({ maxLength: 254 })),
      verb: Type.Optional(Type.String({ maxLength: 100 })),
      cluster: Type.Optional(Type.String({ maxLength: 100 })),
      q: Type.Optional(Type.String({ maxLength: 200 })),
      from: Type.Optional(Timestamp),
      to: Type.Optional(Timestamp),
    }),
    response: Page(AuditEntry),
  }),
  listDeadLetters: defineRoute({
    id: 'deadLetter.list',
    method: 'GET',
    path: '/api/v1/dead-letters',
    tag: 'platform',
    summary: 'Events a consumer gave up on',
    permission: { level: 'platform', noun: 'dead-letter', verb: 'list' },
    query: Closed({ ...pageQuery }),
    response: Page(DeadLetter),
  }),
  replayDeadLetter: defineRoute({
    id: 'deadLetter.replay',
    method: 'POST',
    path: '/api/v1/dead-letters/:id/replay',
    tag: 'platform',
    summary: 'Hand a dead letter to its consumer again',
    permission: { level: 'platform', noun: 'dead-letter', verb: 'operate' },
    params: Closed({ id: Id }),
    status: 202,
    response: Type.Object({ replayed: Type.Boolean() }),
  }),
};

/** `/ws/watch`: the client subscribes to tables under ids of its own choosing; the server answers with TableMessages marked by that id. */
export const WatchRequest = Type.Union([
  Closed({
    type: Type.Literal('subscribe'),
    id: Type.String({ minLength: 1, maxLength: 64 }),
    resource: Type.String({ maxLength: 317 }),
    ...resourceFilter,
    snapshot: Type.Optional(Type.Boolean()),
  }),
  Closed({ type: Type.Literal('unsubscribe'), id: Type.String({ minLength: 1, maxLength: 64 }) }),
]);
export type WatchRequest = Static<typeof WatchRequest>;
export const WatchAnswer = Type.Union([
  Type.Object({ type: Type.Literal('message'), id: Type.String(), message: TableMessage }),
  Type.Object({
    type: Type.Literal('error'),
    id: Type.Optional(Type.String()),
    code: Type.String(),
    message: Type.String(),
  }),
]);
export type WatchAnswer = Static<typeof WatchAnswer>;

/**
 * `/ws/exec`: binary frames carry bytes, the first byte the channel (0 stdin, 1 stdout, 2 stderr); text frames carry these control messages.
 * Client: resize, end-input. Server: started, exit, notice.
 */
export const ExecControl = Type.Union([
  Closed({
    type: Type.Literal('resize'),
    columns: Type.Integer({ minimum: 1, maximum: 10_000 }),
    rows: Type.Integer({ minimum: 1, maximum: 10_000 }),
  }),
  Closed({ type: Type.Literal('end-input') }),
  Closed({ type: Type.Literal('started'), container: Type.String(), command: Type.Array(Type.String()) }),
  Closed({ type: Type.Literal('exit'), code: Type.Integer(), message: Type.Optional(Type.String()) }),
  Closed({ type: Type.Literal('notice'), code: Type.String(), message: Type.String() }),
]);
export type ExecControl = Static<typeof ExecControl>;
