import { useState } from 'react';
import { texts } from '../texts.ts';
import styles from './Chips.module.css';
import { cx } from './cx.ts';

const longest = 80;

/** Labels and annotations: hostile as any other text from a cluster, long ones folded until asked for. */
export function LabelChips({ labels, limit = 12 }: { labels: Readonly<Record<string, string>>; limit?: number }) {
  const [all, setAll] = useState(false);
  const entries = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = all ? entries : entries.slice(0, limit);
  return (
    <ul className={styles.chips}>
      {shown.map(([key, value]) => (
        <li key={key} className={styles.chip} title={value.length < 2000 ? `${key}: ${value}` : key}>
          <span className={styles.key}>{key}</span>
          {value !== '' && <span>{value.length > longest ? `${value.slice(0, longest)}…` : value}</span>}
        </li>
      ))}
      {entries.length > shown.length && (
        <li>
          <button type="button" className={styles.more} onClick={() => setAll(true)}>
            {texts.actions.showMore(entries.length - shown.length)}
          </button>
        </li>
      )}
    </ul>
  );
}

/** A filter that is on or off, with how many it lets through. */
export function ToggleChip(props: {
  pressed: boolean;
  onToggle(): void;
  label: string;
  count?: number | undefined;
  mark?: React.ReactNode;
}) {
  const { pressed, onToggle, label, count, mark } = props;
  return (
    <button
      type="button"
      className={cx(styles.toggle, pressed && styles.pressed)}
      aria-pressed={pressed}
      onClick={onToggle}
    >
      {mark}
      {label}
      {count !== undefined && <span className={styles.count}>{count}</span>}
    </button>
  );
}
