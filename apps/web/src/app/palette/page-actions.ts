import { type ReactNode, useEffect, useSyncExternalStore } from 'react';

/** Something that can be done to what is open now; offered by the palette as it is by the page. */
export type PageAction = {
  id: string;
  label: string;
  icon?: ReactNode;
  shortcut?: string;
  disabledReason?: string | undefined;
  run(): void;
};
export type PageActions = { title: string; actions: readonly PageAction[] };

const listeners = new Set<() => void>();
let stack: { owner: object; actions: PageActions }[] = [];

function change(next: typeof stack): void {
  stack = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Offers actions while the component is there; the one mounted last wins. */
export function useOfferActions(actions: PageActions | undefined): void {
  useEffect(() => {
    if (!actions) return;
    const owner = {};
    change([...stack, { owner, actions }]);
    return () => change(stack.filter((entry) => entry.owner !== owner));
  }, [actions]);
}

export function usePageActions(): PageActions | undefined {
  return useSyncExternalStore(subscribe, () => stack.at(-1)?.actions);
}
