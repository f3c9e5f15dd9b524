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
import { useGoKeys } from './useGoKeys.ts';
import { useHotkeys } from './useHotkeys.ts';

const loadPalette = async () => ({ default: (await import('./palette/CommandPalette.tsx')).CommandPalette });
const CommandPalette = lazy(loadPalette);
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
  usePreloadedPalette();
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

/** Fetched while nothing else is to do, so that what one types after Ctrl+K is not lost. */
function usePreloadedPalette(): void {
  useEffect(() => {
    const timer = setTimeout(() => void loadPalette(), 2000);
    return () => clearTimeout(timer);
  }, []);
}
