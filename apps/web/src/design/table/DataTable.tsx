// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid: rows are laid out on a CSS grid, and only those in view exist
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
import { useVirtualizer } from '@tanstack/react-virtual';
import { type CSSProperties, type ReactNode, useEffect, useMemo, useRef } from 'react';
import { texts } from '../../texts.ts';
import styles from './DataTable.module.css';
import { HeaderCell } from './HeaderCell.tsx';
import { rowDomId } from './row-dom-id.ts';
import type { RowSelection } from './row-selection.ts';
import { TableRow } from './TableRow.tsx';
import type { DataColumn, Sort } from './table-column.ts';
import { useTableKeys } from './useTableKeys.ts';

export type RowState = 'gone' | 'stale' | undefined;

export type DataTableProps<Row extends { id: string }> = {
  label: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  /** How many there are in all; those not loaded yet are drawn as skeletons. */
  total: number;
  rowHeight: number;
  onNeedMore?(): void;
  sort: Sort | undefined;
  onSort(id: string): void;
  widths: Readonly<Record<string, number>>;
  onResize(id: string, width: number | undefined): void;
  selection: RowSelection;
  onSelect(selection: RowSelection): void;
  activeId: string | undefined;
  onActive(id: string | undefined): void;
  openId?: string | undefined;
  onOpen(row: Row): void;
  /** Keys beyond moving and selecting; true when it was handled. */
  onRowKey?(key: string, row: Row): boolean;
  rowState?(row: Row): RowState;
  /** Indexes of the cells that changed just now. */
  changedCells?(row: Row): ReadonlySet<number> | undefined;
  /** True while somebody reads: the pointer moves over the rows, or they are scrolled. */
  onReading?(reading: boolean): void;
  /** Shown instead of rows when there are none. */
  children?: ReactNode;
};

export const selectWidth = 34;

export function DataTable<Row extends { id: string }>(props: DataTableProps<Row>) {
  const { columns, rows, total, rowHeight, widths, selection, activeId, onNeedMore } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const table = useRef(props);
  table.current = props;
  const count = Math.max(total, rows.length);
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
    initialRect: { width: 0, height: 800 },
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new density changes every height
  useEffect(() => virtual.measure(), [rowHeight]);

  const items = virtual.getVirtualItems();
  const lastShown = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (lastShown >= rows.length - 60 && rows.length < count) onNeedMore?.();
  }, [lastShown, rows.length, count, onNeedMore]);

  useTableKeys(table, { scroller, scrollTo: (index) => virtual.scrollToIndex(index) });
  const reading = useReading(props.onReading);
  const template = useMemo(() => templateOf(columns, widths), [columns, widths]);
  const allSelected = rows.length > 0 && selection.ids.size >= rows.length;

  return (
    <div
      ref={scroller}
      className={styles.scroller}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length + 1}
      aria-multiselectable
      aria-activedescendant={
        activeId && items.some((item) => rows[item.index]?.id === activeId) ? rowDomId(activeId) : undefined
      }
      tabIndex={0}
      style={{ '--columns': template.tracks, '--width': `${template.width}px` } as CSSProperties}
      onScroll={reading.scrolled}
      onPointerMove={reading.pointed}
      onPointerLeave={reading.left}
    >
      <div role="row" aria-rowindex={1} className={styles.header}>
        <div role="columnheader" className={styles.select}>
          <span className="visuallyHidden">{texts.table.selected}</span>
          <input
            type="checkbox"
            tabIndex={-1}
            aria-label={texts.table.selectAll}
            checked={allSelected}
            ref={(box) => {
              if (box) box.indeterminate = selection.ids.size > 0 && !allSelected;
            }}
            onChange={() =>
              props.onSelect({
                ids: new Set(selection.ids.size > 0 ? [] : rows.map((row) => row.id)),
                anchor: undefined,
              })
            }
          />
        </div>
        {columns.map((column) => (
          <HeaderCell
            key={column.id}
            column={column}
            sort={props.sort}
            width={widths[column.id] ?? column.width}
            onSort={props.onSort}
            onResize={props.onResize}
          />
        ))}
      </div>
      {count === 0 ? (
        <div role="row" className={styles.nothing}>
          <div role="gridcell">{props.children}</div>
        </div>
      ) : (
        <div role="rowgroup" className={styles.body} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            const row = rows[item.index];
            return (
              <TableRow
                key={row?.id ?? `#${item.index}`}
                row={row}
                index={item.index}
                top={item.start}
                height={rowHeight}
                columns={columns}
                selected={row !== undefined && selection.ids.has(row.id)}
                active={row !== undefined && row.id === activeId}
                open={row !== undefined && row.id === props.openId}
                state={row && props.rowState?.(row)}
                changed={row && props.changedCells?.(row)}
                table={table}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

function templateOf<Row>(columns: readonly DataColumn<Row>[], widths: Readonly<Record<string, number>>) {
  const sizes = columns.map((column) => widths[column.id] ?? column.width);
  const tracks = columns.map((column, index) =>
    column.grow && widths[column.id] === undefined ? `minmax(${sizes[index]}px, 1fr)` : `${sizes[index]}px`,
  );
  // Without a growing column the last one takes the rest, or rows would end in the middle.
  if (!columns.some((column) => column.grow && widths[column.id] === undefined)) tracks.push('minmax(0, 1fr)');
  return {
    tracks: `${selectWidth}px ${tracks.join(' ')}`,
    width: selectWidth + sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** A pointer that has not moved for so long was parked, not reading. */
const parkedAfter = 8000;

/** Tells the owner when somebody starts and stops reading, so that nothing moves meanwhile. */
function useReading(onReading: ((reading: boolean) => void) | undefined) {
  const state = useRef({ pointing: false, scrolled: false, told: false });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (next: { pointing?: boolean; scrolled?: boolean }) => {
    Object.assign(state.current, next);
    const reading = state.current.pointing || state.current.scrolled;
    if (reading === state.current.told) return;
    state.current.told = reading;
    onReading?.(reading);
  };
  return {
    pointed: () => {
      clearTimeout(timer.current);
      timer.current = setTimeout(() => change({ pointing: false }), parkedAfter);
      change({ pointing: true });
    },
    left: () => {
      clearTimeout(timer.current);
      change({ pointing: false });
    },
    scrolled: (event: { currentTarget: HTMLElement }) => change({ scrolled: event.currentTarget.scrollTop > 4 }),
  };
}
