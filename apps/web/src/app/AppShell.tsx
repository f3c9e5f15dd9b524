import { useQueryClient } from '@tanstack/react-query';
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { texts } from '../texts.ts';
import styles from './AppShell.module.css';
import { useDock } from './dock/dock-store.ts';
import { useClusterChanges } from './live/useClusterChanges.ts';
import { overlays, useOverlay } from './overlay-store.ts';
import { Rail } from './Rail.tsx';
import { TopBar } from './TopBar.tsx';
import { useHotkeys } from './useHotkeys.ts';

const CommandPalette = lazy(async () => ({ default: (await import('./palette/CommandPalette.tsx')).CommandPalette }));
const HelpOverlay = lazy(async () => ({ default: (await import('./HelpOverlay.tsx')).HelpOverlay }));
const Dock = lazy(async () => ({ default: (await import('./dock/Dock.tsx')).Dock }));

export function AppShell() {
  const overlay = useOverlay();
  const navigate = useNavigate();
  const dockOpen = useDock().tabs.length > 0;
  const [railOpen, setRailOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const queries = useQueryClient();
  useClusterChanges(() => void queries.invalidateQueries({ queryKey: ['clusters'] }));
  // biome-ignore lint/correctness/useExhaustiveDependencies: closes when the page changes
  useEffect(() => setRailOpen(false), [path]);
  useHotkeys({
    'Mod+k': () => overlays.toggle('palette'),
    '?': () => overlays.open('help'),
    '/': () => {
      const field = document.querySelector<HTMLInputElement>('[data-page-search]');
      if (field) field.select();
      else overlays.open('palette');
    },
  });
  useGoKeys((to) => void navigate({ to }));

  return (
    <div className={styles.shell}>
      <a href="#main" className={styles.skip}>
        {texts.shell.skipToContent}
      </a>
      <Rail open={railOpen} onClose={() => setRailOpen(false)} />
      <div className={styles.column}>
        <TopBar onMenu={() => setRailOpen(true)} />
        <main id="main" tabIndex={-1} className={styles.main} data-table-keys>
          <Outlet />
        </main>
        {dockOpen && (
          <Suspense fallback={null}>
            <Dock />
          </Suspense>
        )}
      </div>
      <Suspense fallback={null}>
        {overlay === 'palette' && <CommandPalette onClose={overlays.close} />}
        {overlay === 'help' && <HelpOverlay onClose={overlays.close} />}
      </Suspense>
    </div>
  );
}

const goTo: Record<string, string> = { h: '/', r: '/resources', e: '/events', c: '/clusters', s: '/settings' };

/** `g` then a letter, as in mail programs; `g` alone is the table's. */
function useGoKeys(go: (path: string) => void): void {
  const [waiting, setWaiting] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setWaiting(false), 900);
    return () => clearTimeout(timer);
  }, [waiting]);
  useHotkeys({ g: () => setWaiting(true) }, !waiting);
  useHotkeys(
    Object.fromEntries(
      Object.entries(goTo).map(([key, path]) => [
        key,
        () => {
          setWaiting(false);
          go(path);
        },
      ]),
    ),
    waiting,
  );
}
