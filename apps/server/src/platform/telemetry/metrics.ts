import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { OpenStreams, StreamKind } from '../streams/open-streams.ts';
import { createRequestHistogram } from './request-histogram.ts';

/** What the server counts about itself, for Prometheus. */
export type Metrics = {
  readonly registry: Registry;
  http(observed: { operation: string; method: string; status: number; seconds: number }): void;
  statement(milliseconds: number, failed: boolean): void;
  consumer(consumer: string, outcome: 'handled' | 'failed' | 'dead'): void;
  /** Gauges that are read when somebody asks. */
  watch(sources: { streams: OpenStreams; newestEvent: () => number }): void;
};

const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const streamKinds: readonly StreamKind[] = ['sse', 'body', 'websocket'];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const statements = new Histogram({
    name: 'pilothouse_database_statement_seconds',
    help: 'Time of database statements and commits.',
    labelNames: ['result'],
    buckets: seconds,
    registers,
  });
  const handled = new Counter({
    name: 'pilothouse_events_handled_total',
    help: 'Tries of event consumers by outcome; dead: became a dead letter.',
    labelNames: ['consumer', 'outcome'],
    registers,
  });
  return {
    registry,
    http: createRequestHistogram(registry),
    statement: (milliseconds, failed) => statements.observe({ result: failed ? 'failed' : 'ok' }, milliseconds / 1000),
    consumer: (consumer, outcome) => handled.inc({ consumer, outcome }),
    watch({ streams, newestEvent }) {
      new Gauge({
        name: 'pilothouse_streams_open',
        help: 'Streams and WebSockets that are open.',
        labelNames: ['kind'],
        registers,
        collect() {
          for (const kind of streamKinds) this.set({ kind }, streams.count(kind));
        },
      });
      new Gauge({
        name: 'pilothouse_events_newest',
        help: 'The place of the newest event this process has seen.',
        registers,
        collect() {
          this.set(newestEvent());
        },
      });
    },
  };
}
