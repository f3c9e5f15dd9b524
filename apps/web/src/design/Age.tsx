import { useSyncExternalStore } from 'react';
import { formatDuration, formatTime } from './format.ts';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One clock for every age on the page; it stands still while nobody looks. */
function subscribeToSeconds(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    if (!document.hidden) for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** Time since `since`, kept current; the exact time is in the tooltip. Rendered again only when the words change. */
export function Age({ since, suffix = '' }: { since: string; suffix?: string }) {
  const text = useSyncExternalStore(subscribeToSeconds, () => {
    const at = Date.parse(since);
    return Number.isNaN(at) ? since : formatDuration(Date.now() - at);
  });
  return (
    <time dateTime={since} title={formatTime(since)}>
      {text}
      {suffix}
    </time>
  );
}
