// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid: rows are laid out on a CSS grid, and only those in view exist
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
import { ArrowDown, ArrowUp } from 'lucide-react';
import { type PointerEvent, useRef } from 'react';
import { texts } from '../../texts.ts';
import { cx } from '../cx.ts';
import styles from './DataTable.module.css';
import type { DataColumn, Sort } from './table-column.ts';

type HeaderCellProps<Row> = {
  column: DataColumn<Row>;
  sort: Sort | undefined;
  width: number;
  onSort(id: string): void;
  onResize(id: string, width: number | undefined): void;
};

const narrowest = 48;
const widest = 1200;

export function HeaderCell<Row>({ column, sort, width, onSort, onResize }: HeaderCellProps<Row>) {
  const sorted = sort?.id === column.id ? (sort.descending ? 'descending' : 'ascending') : undefined;
  const cell = useRef<HTMLDivElement>(null);
  const resize = (next: number) => onResize(column.id, Math.round(Math.min(widest, Math.max(narrowest, next))));

  const startDrag = (event: PointerEvent<HTMLSpanElement>) => {
    event.preventDefault();
    const handle = event.currentTarget;
    const from = event.clientX;
    const before = cell.current?.offsetWidth ?? width;
    handle.setPointerCapture(event.pointerId);
    const move = (to: globalThis.PointerEvent) => resize(before + to.clientX - from);
    handle.addEventListener('pointermove', move);
    handle.addEventListener('lostpointercapture', () => handle.removeEventListener('pointermove', move), {
      once: true,
    });
  };

  return (
    <div
      ref={cell}
      role="columnheader"
      aria-sort={sorted ?? (column.sortable ? 'none' : undefined)}
      className={cx(styles.head, column.align && styles.end)}
      title={column.description}
    >
      {column.sortable ? (
        <button
          type="button"
          className={styles.sort}
          onClick={() => onSort(column.id)}
          onKeyDown={(event) => {
            const step = event.key === 'ArrowRight' ? 16 : event.key === 'ArrowLeft' ? -16 : 0;
            if (!event.shiftKey || step === 0) return;
            event.preventDefault();
            resize((cell.current?.offsetWidth ?? width) + step);
          }}
        >
          <span>{column.label}</span>
          {sorted === 'ascending' && <ArrowUp size={12} />}
          {sorted === 'descending' && <ArrowDown size={12} />}
        </button>
      ) : (
        <span>{column.label}</span>
      )}
      <span
        aria-hidden
        className={styles.resize}
        title={texts.table.resize}
        onPointerDown={startDrag}
        onDoubleClick={() => onResize(column.id, undefined)}
      />
    </div>
  );
}
