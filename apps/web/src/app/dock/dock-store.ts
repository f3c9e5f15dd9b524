import { useSyncExternalStore } from 'react';

/** Whose logs or which shell a tab shows. `resource` is a pod or a workload that has pods. */
export type DockTarget =
  | { type: 'logs'; cluster: string; resource: string; namespace: string; name: string; container?: string }
  | { type: 'terminal'; cluster: string; namespace: string; name: string; container?: string };
export type DockTab = DockTarget & { id: string };
export type DockState = { tabs: readonly DockTab[]; active: string | undefined; folded: boolean };

const listeners = new Set<() => void>();
let state: DockState = { tabs: [], active: undefined, folded: false };
let lastId = 0;

function set(change: Partial<DockState>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener();
}

/** Tabs at the foot of the page. They belong to the page, not to a route, so they go on while one looks elsewhere. */
export const dock = {
  open(target: DockTarget): void {
    const same = target.type === 'logs' ? state.tabs.find((tab) => sameTarget(tab, target)) : undefined;
    if (same) {
      set({ active: same.id, folded: false });
      return;
    }
    lastId += 1;
    const tab = { ...target, id: `dock-${lastId}` };
    set({ tabs: [...state.tabs, tab], active: tab.id, folded: false });
  },
  close(id: string): void {
    const at = state.tabs.findIndex((tab) => tab.id === id);
    const tabs = state.tabs.filter((tab) => tab.id !== id);
    const neighbour = tabs[Math.min(at, tabs.length - 1)];
    set({ tabs, active: state.active === id ? neighbour?.id : state.active });
  },
  closeAll: () => set({ tabs: [], active: undefined }),
  show: (id: string) => set({ active: id, folded: false }),
  fold: (folded: boolean) => set({ folded }),
};

function sameTarget(a: DockTarget, b: DockTarget): boolean {
  return (
    a.type === b.type &&
    a.cluster === b.cluster &&
    a.namespace === b.namespace &&
    a.name === b.name &&
    (a.type !== 'logs' || b.type !== 'logs' || a.resource === b.resource)
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useDock(): DockState {
  return useSyncExternalStore(subscribe, () => state);
}
