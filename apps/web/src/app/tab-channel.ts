import type { SessionChannel, SessionMessage, TabLock } from './session-store.ts';

/** Tabs of this browser on this origin; nothing of it is stored. */
export function createTabChannel(): SessionChannel {
  if (typeof BroadcastChannel === 'undefined') return { post() {}, listen() {} };
  const channel = new BroadcastChannel('pilothouse.session');
  return {
    post: (message) => channel.postMessage(message),
    listen: (receive) => {
      channel.onmessage = (event: MessageEvent<SessionMessage>) => receive(event.data);
    },
  };
}

/** Web Locks where the page may use them (TLS or this machine); elsewhere each tab takes its chance. */
export const tabLock: TabLock = (task) =>
  navigator.locks ? (navigator.locks.request('pilothouse.refresh', task) as ReturnType<typeof task>) : task();
