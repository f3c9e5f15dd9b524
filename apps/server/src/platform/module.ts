import type { Service } from '@pilothouse/core';
import type { SealedColumn } from './crypto/sealer.ts';
import type { EventConsumer } from './events/event-consumer.ts';
import type { RouteImplementation } from './http/route-implementation.ts';
import type { WebSocketEndpoint } from './streams/web-socket-endpoint.ts';

/** What a module gives to the composition root: `createClustersModule(deps)` returns one. Every part may be left out. */
export type ServerModule = {
  readonly name: string;
  readonly routes?: readonly RouteImplementation[];
  readonly webSockets?: readonly WebSocketEndpoint[];
  /** Readers of the event log; each runs in one replica at a time. */
  readonly consumers?: readonly EventConsumer[];
  /** Long-running parts, started in this order after the modules before it and stopped in reverse. */
  readonly services?: readonly Service[];
  /** Like `services`, for work that is not needed to answer requests: only processes with the role `worker` run them. */
  readonly workers?: readonly Service[];
  /** Where this module keeps sealed secrets, for the rotation of keys. */
  readonly sealedColumns?: readonly SealedColumn[];
};
