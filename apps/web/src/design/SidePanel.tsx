import { type ReactNode, useEffect, useRef } from 'react';
import styles from './SidePanel.module.css';

/** A detail beside its list. Not modal: the list stays in reach; Esc closes it. */
export function SidePanel({ label, children, onClose }: { label: string; children: ReactNode; onClose(): void }) {
  const close = useRef(onClose);
  close.current = onClose;
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return;
      const target = event.target as Element;
      if (
        target.closest(
          '[role="dialog"]:not([data-side-panel]), [role="menu"], [role="listbox"], input, textarea, .cm-editor',
        )
      )
        return;
      close.current();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <aside className={styles.panel} aria-label={label}>
      {children}
    </aside>
  );
}
