import { useEffect, useRef } from 'react';
import { api, routes } from '../api.ts';
import { retryDelay } from './table-feed.ts';

/** Rings when the platform's event log says that something about a cluster changed. */
export function useClusterChanges(ring: () => void): void {
  const current = useRef(ring);
  current.current = ring;
  useEffect(() => {
    const abort = new AbortController();
    void follow(() => current.current(), abort.signal);
    return () => abort.abort();
  }, []);
}

async function follow(ring: () => void, signal: AbortSignal): Promise<void> {
  let lastId: string | undefined;
  let attempt = 0;
  while (!signal.aborted) {
    try {
      const headers = lastId === undefined ? {} : { 'last-event-id': lastId };
      const events = await api.events(routes.streams, { query: { topics: 'cluster' }, headers, signal });
      for await (const event of events) {
        attempt = 0;
        if (event.id !== undefined) lastId = event.id;
        ring();
      }
    } catch {
      // Reconnected below; the top bar says when the server does not answer.
    }
    if (signal.aborted) return;
    const wait = retryDelay(attempt);
    attempt += 1;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
