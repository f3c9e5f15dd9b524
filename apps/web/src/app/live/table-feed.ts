import type { SourceFailure, TableMessage } from '@pilothouse/contract';

/** One table to be told about: a resource and the filter of its list. */
export type FeedRequest = {
  resource: string;
  clusters?: string;
  namespaces?: string;
  labelSelector?: string;
  fieldSelector?: string;
  health?: string;
  owner?: string;
  q?: string;
};

export type FeedState = 'connecting' | 'live' | 'retrying';

export type FeedHandlers = {
  message(message: TableMessage): void;
  state(state: FeedState): void;
  /** Changes may have been missed; what was loaded is to be loaded again. */
  gap(): void;
  /** The server refused this table for good; asking again would not help. */
  refused?(failure: Pick<SourceFailure, 'code' | 'message'>): void;
};

/** Opens a feed of one table's changes; the answer closes it. */
export type OpenFeed = (request: FeedRequest, handlers: FeedHandlers) => () => void;

/** How long to wait before trying again: doubling to half a minute, with jitter so that a thousand tabs do not come back at once. */
export function retryDelay(attempt: number, random: () => number = Math.random): number {
  return Math.min(30_000, 500 * 2 ** attempt) * (0.5 + random() / 2);
}
