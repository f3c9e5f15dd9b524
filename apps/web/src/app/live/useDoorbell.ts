import { useEffect, useRef } from 'react';
import { reportFeed } from './live-state.ts';
import { openLiveTable } from './live-tables.ts';
import type { FeedRequest } from './table-feed.ts';

/** Rings, at most every `pause` milliseconds, when anything of a table changes: the way to keep a plain query current. */
export function useDoorbell(request: FeedRequest | undefined, ring: () => void, pause = 700): void {
  const current = useRef(ring);
  current.current = ring;
  const key = request && JSON.stringify(request);
  useEffect(() => {
    if (key === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        current.current();
      }, pause);
    };
    const owner = {};
    const close = openLiveTable(JSON.parse(key) as FeedRequest, {
      message: (message) => message.type === 'changes' && soon(),
      state: (state) => reportFeed(owner, state),
      gap: soon,
    });
    return () => {
      close();
      reportFeed(owner, undefined);
      clearTimeout(timer);
    };
  }, [key, pause]);
}
