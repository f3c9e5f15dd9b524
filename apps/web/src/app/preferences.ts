import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';
export type Density = 'comfortable' | 'compact';
export type Preferences = {
  theme: Theme;
  density: Density;
  railCollapsed: boolean;
  kindsHidden: boolean;
  dockHeight: number;
  wrapLogs: boolean;
  logTimes: boolean;
  /** Per resource: the columns shown, in order; absent: the defaults. */
  columns: Record<string, string[]>;
  /** Per resource and column: pixels. */
  widths: Record<string, Record<string, number>>;
};

const storageKey = 'pilothouse.preferences';
const defaults: Preferences = {
  theme: 'system',
  density: 'comfortable',
  railCollapsed: false,
  kindsHidden: false,
  dockHeight: 300,
  wrapLogs: false,
  logTimes: false,
  columns: {},
  widths: {},
};

const listeners = new Set<() => void>();
let current = load();

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return typeof stored === 'object' && stored !== null ? { ...defaults, ...stored } : defaults;
  } catch {
    return defaults;
  }
}

function show({ theme, density }: Preferences): void {
  const { dataset } = document.documentElement;
  if (theme === 'system') delete dataset.theme;
  else dataset.theme = theme;
  if (density === 'compact') dataset.density = density;
  else delete dataset.density;
}

export function setPreferences(change: Partial<Preferences>): void {
  current = { ...current, ...change };
  try {
    localStorage.setItem(storageKey, JSON.stringify(current));
  } catch {
    // Storage is full or off: the choice holds for this page.
  }
  show(current);
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Another tab changed them. */
window.addEventListener('storage', (event) => {
  if (event.key !== storageKey) return;
  current = load();
  show(current);
  for (const listener of listeners) listener();
});

export function usePreferences(): Preferences {
  return useSyncExternalStore(subscribe, () => current);
}

/** What a row of a table measures, as the tokens say. */
export function useRowHeight(): number {
  return usePreferences().density === 'compact' ? 24 : 32;
}
