import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { ScrollBox } from './ScrollBox.tsx';
import styles from './SimpleTable.module.css';

export type SimpleColumn<T> = {
  id: string;
  label: string;
  align?: 'end';
  /** Grows into what is left; others are as wide as they need. */
  grow?: boolean;
  /** Left out on narrow screens. */
  wideOnly?: boolean;
  hideLabel?: boolean;
  cell(item: T): ReactNode;
};
export type SimpleTableProps<T> = {
  label: string;
  columns: readonly SimpleColumn<T>[];
  items: readonly T[];
  itemKey(item: T): string;
  onOpen?(item: T): void;
};

/** A plain table for a few dozen rows. What can be thousands belongs in a DataTable. */
export function SimpleTable<T>({ label, columns, items, itemKey, onOpen }: SimpleTableProps<T>) {
  return (
    <ScrollBox className={styles.scroll} label={label}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.id} scope="col" className={classOf(column)}>
                <span className={column.hideLabel ? 'visuallyHidden' : undefined}>{column.label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {items.map((item) => (
            <tr
              key={itemKey(item)}
              className={onOpen && styles.opens}
              onClick={
                onOpen &&
                ((event) => {
                  if (!(event.target as Element).closest('a, button, input')) onOpen(item);
                })
              }
            >
              {columns.map((column) => (
                <td key={column.id} className={classOf(column)}>
                  {column.cell(item)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function classOf<T>(column: SimpleColumn<T>): string {
  return cx(column.align === 'end' && styles.end, column.grow && styles.grow, column.wideOnly && styles.wideOnly);
}
