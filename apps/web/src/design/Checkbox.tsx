import type { ReactNode } from 'react';
import styles from './Checkbox.module.css';

export type CheckboxProps = { checked: boolean; onChange(checked: boolean): void; children: ReactNode };

export function Checkbox({ checked, onChange, children }: CheckboxProps) {
  return (
    <label className={styles.label}>
      <input type="checkbox" checked={checked} onChange={(event) => onChange(event.target.checked)} />
      <span>{children}</span>
    </label>
  );
}
