import { Tabs as Base } from '@base-ui/react/tabs';
import type { ReactNode } from 'react';
import styles from './Tabs.module.css';

export type TabItem = { value: string; label: string; count?: number | undefined; content(): ReactNode };
export type TabsProps = {
  items: readonly TabItem[];
  value: string;
  onChange(value: string): void;
  label: string;
  trailing?: ReactNode;
};

/** Only the chosen tab is rendered; the choice belongs to the caller, which keeps it in the URL. */
export function Tabs({ items, value, onChange, label, trailing }: TabsProps) {
  const chosen = items.find((item) => item.value === value) ?? items[0];
  if (!chosen) return null;
  return (
    <Base.Root value={chosen.value} onValueChange={(next) => onChange(String(next))} className={styles.root}>
      <div className={styles.bar}>
        <Base.List className={styles.list} aria-label={label} activateOnFocus={false}>
          {items.map((item) => (
            <Base.Tab key={item.value} value={item.value} className={styles.tab}>
              {item.label}
              {item.count !== undefined && <span className={styles.count}>{item.count}</span>}
            </Base.Tab>
          ))}
        </Base.List>
        {trailing}
      </div>
      <Base.Panel value={chosen.value} className={styles.panel}>
        {chosen.content()}
      </Base.Panel>
    </Base.Root>
  );
}
