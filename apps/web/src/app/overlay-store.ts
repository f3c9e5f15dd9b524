import { useSyncExternalStore } from 'react';

export type Overlay = 'palette' | 'help' | undefined;

const listeners = new Set<() => void>();
let current: Overlay;

function set(next: Overlay): void {
  current = next;
  for (const listener of listeners) listener();
}

/** Which of the page-wide overlays is open: at most one. */
export const overlays = {
  open: (overlay: Overlay) => set(overlay),
  toggle: (overlay: Overlay) => set(current === overlay ? undefined : overlay),
  close: () => set(undefined),
};

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useOverlay(): Overlay {
  return useSyncExternalStore(subscribe, () => current);
}
