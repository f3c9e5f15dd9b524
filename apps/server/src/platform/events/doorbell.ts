import type { Database, Transaction } from '../database/database.ts';

/**
 * Wakes whoever waits for a change, in this process and, on PostgreSQL, in every replica. It carries no truth: a ring may be lost or come
 * twice, and who wakes reads the database. After a lost connection every listener is rung once, for what it may have missed.
 */
export type Doorbell = {
  /** Rings when the transaction commits, and not when it does not. */
  ringOnCommit(tx: Transaction, topic: DoorbellTopic): void;
  listen(topic: DoorbellTopic, wake: () => void): () => void;
};

export type DoorbellTopic = 'events' | 'access';

export type DoorbellListeners = {
  listen: Doorbell['listen'];
  ring(topic: string): void;
  ringAll(): void;
};

export function createDoorbellListeners(): DoorbellListeners {
  const listeners = new Map<string, Set<() => void>>();
  const ring = (topic: string) => {
    for (const wake of listeners.get(topic) ?? []) wake();
  };
  return {
    ring,
    ringAll() {
      for (const topic of listeners.keys()) ring(topic);
    },
    listen(topic, wake) {
      const ofTopic = listeners.get(topic) ?? new Set();
      // Wrapped, so that one function may listen twice.
      const own = () => wake();
      ofTopic.add(own);
      listeners.set(topic, ofTopic);
      return () => void ofTopic.delete(own);
    },
  };
}

/** The doorbell of one process. */
export function createLocalDoorbell(database: Pick<Database, 'afterCommit'>): Doorbell {
  const listeners = createDoorbellListeners();
  return {
    ringOnCommit: (tx, topic) => database.afterCommit(tx, () => listeners.ring(topic)),
    listen: listeners.listen,
  };
}
