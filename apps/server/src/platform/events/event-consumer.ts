import type { PlatformEvent } from '@pilothouse/contract';

/**
 * A durable reader of the event log. Events come at least once and in order per subject, so `handle` must be idempotent. When it
 * throws, the event is tried again after a growing pause while later events of the same subject wait; after `attempts` it becomes a
 * dead letter and the subject goes on.
 */
export type EventConsumer = {
  /** Unique and never changed: the cursor is kept under it. */
  readonly name: string;
  /** Event types it wants, exact (`cluster.registered`) or by noun (`cluster`); default: all. */
  readonly types?: readonly string[];
  /** Where a consumer that is new here starts: with the oldest event kept, or with what comes next (default `oldest`). */
  readonly startAt?: 'oldest' | 'next';
  /** Tries before an event becomes a dead letter (default 8). */
  readonly attempts?: number;
  /** Milliseconds one try may take (default 30,000). */
  readonly timeout?: number;
  /** Subjects whose events may be handled at the same time (default 1). */
  readonly concurrency?: number;
  handle(event: PlatformEvent, options: { attempt: number; signal: AbortSignal }): Promise<void>;
};
