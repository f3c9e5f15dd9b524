import { ChevronDown, ChevronUp, ScrollText, SquareTerminal, X } from 'lucide-react';
import { lazy, type PointerEvent, Suspense } from 'react';
import { cx } from '../../design/cx.ts';
import { IconButton } from '../../design/IconButton.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { texts } from '../../texts.ts';
import { setPreferences, usePreferences } from '../preferences.ts';
import styles from './Dock.module.css';
import { type DockTab, dock, useDock } from './dock-store.ts';

const LogPane = lazy(async () => ({ default: (await import('../../features/logs/LogPane.tsx')).LogPane }));
const TerminalPane = lazy(async () => ({
  default: (await import('../../features/terminal/TerminalPane.tsx')).TerminalPane,
}));

const lowest = 120;

export function Dock() {
  const { tabs, active, folded } = useDock();
  const { dockHeight } = usePreferences();
  return (
    <section
      className={cx(styles.dock, folded && styles.folded)}
      style={folded ? undefined : { height: dockHeight }}
      aria-label={texts.dock.label}
    >
      {!folded && <div className={styles.handle} onPointerDown={(event) => startDrag(event, dockHeight)} />}
      <div className={styles.bar}>
        <div className={styles.tabs}>
          {tabs.map((tab) => (
            <DockTabButton key={tab.id} tab={tab} chosen={tab.id === active && !folded} />
          ))}
        </div>
        <IconButton
          label={folded ? texts.dock.unfold : texts.dock.fold}
          icon={folded ? <ChevronUp size={14} /> : <ChevronDown size={14} />}
          onClick={() => dock.fold(!folded)}
        />
      </div>
      {tabs.map((tab) => (
        <section
          key={tab.id}
          id={tab.id}
          aria-label={tab.name}
          className={styles.panel}
          hidden={folded || tab.id !== active}
        >
          <Suspense fallback={<SkeletonLines label={texts.shell.loading} />}>
            {tab.type === 'logs' ? (
              <LogPane target={tab} visible={!folded && tab.id === active} />
            ) : (
              <TerminalPane target={tab} visible={!folded && tab.id === active} />
            )}
          </Suspense>
        </section>
      ))}
    </section>
  );
}

function DockTabButton({ tab, chosen }: { tab: DockTab; chosen: boolean }) {
  return (
    <span className={cx(styles.tab, chosen && styles.chosen)}>
      <button
        type="button"
        aria-expanded={chosen}
        aria-controls={tab.id}
        className={styles.tabButton}
        title={`${tab.cluster} / ${tab.namespace} / ${tab.name}`}
        onClick={() => dock.show(tab.id)}
        onAuxClick={(event) => event.button === 1 && dock.close(tab.id)}
      >
        {tab.type === 'logs' ? <ScrollText size={13} /> : <SquareTerminal size={13} />}
        <span>{tab.name}</span>
      </button>
      <button
        type="button"
        className={styles.close}
        aria-label={texts.dock.close(tab.name)}
        onClick={() => dock.close(tab.id)}
      >
        <X size={12} />
      </button>
    </span>
  );
}

function startDrag(event: PointerEvent<HTMLElement>, height: number): void {
  event.preventDefault();
  const handle = event.currentTarget;
  const from = event.clientY;
  handle.setPointerCapture(event.pointerId);
  const move = (to: globalThis.PointerEvent) => {
    const wanted = height + from - to.clientY;
    setPreferences({ dockHeight: Math.round(Math.min(window.innerHeight * 0.8, Math.max(lowest, wanted))) });
  };
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), { once: true });
}
