// biome-ignore-all lint/a11y/useSemanticElements: an ARIA grid: rows are laid out on a CSS grid, and only those in view exist
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus and names the active row
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the grid's keys do what clicks on its rows do
import { memo, type RefObject } from 'react';
import { cx } from '../cx.ts';
import { Skeleton } from '../Skeleton.tsx';
import styles from './DataTable.module.css';
import type { DataTableProps, RowState } from './DataTable.tsx';
import { rowDomId } from './row-dom-id.ts';
import { extendTo, toggleRow } from './row-selection.ts';
import type { DataColumn } from './table-column.ts';

type TableRowProps<Row extends { id: string }> = {
  row: Row | undefined;
  index: number;
  top: number;
  height: number;
  columns: readonly DataColumn<Row>[];
  selected: boolean;
  active: boolean;
  open: boolean;
  state: RowState;
  changed: ReadonlySet<number> | undefined;
  /** The table's present props, for handlers; never read while drawing. */
  table: RefObject<DataTableProps<Row>>;
};

function TableRowView<Row extends { id: string }>(props: TableRowProps<Row>) {
  const { row, index, top, height, columns, selected, active, open, state, changed, table } = props;
  const place = { transform: `translateY(${top}px)`, height };
  if (row === undefined)
    return (
      <div role="row" aria-rowindex={index + 2} className={styles.row} style={place} aria-busy>
        <span role="gridcell" className={styles.select} />
        {columns.map((column, at) => (
          <span key={column.id} role="gridcell" className={cx(styles.cell, column.align && styles.end)}>
            <Skeleton width={`${40 + ((index * 7 + at * 13) % 45)}%`} />
          </span>
        ))}
      </div>
    );
  return (
    <div
      role="row"
      id={rowDomId(row.id)}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={cx(
        styles.row,
        selected && styles.selected,
        active && styles.active,
        open && styles.open,
        state === 'gone' && styles.gone,
        state === 'stale' && styles.stale,
      )}
      style={place}
      onClick={(event) => {
        const { selection, onSelect, onOpen, onActive, rows } = table.current;
        if ((event.target as Element).closest('a, button')) return;
        onActive(row.id);
        if (event.shiftKey)
          onSelect(
            extendTo(
              selection,
              row.id,
              rows.map((each) => each.id),
            ),
          );
        else if (event.ctrlKey || event.metaKey) onSelect(toggleRow(selection, row.id));
        else onOpen(row);
      }}
    >
      <span
        role="gridcell"
        className={styles.select}
        onClick={(event) => {
          event.stopPropagation();
          const { selection, onSelect, rows } = table.current;
          if (event.shiftKey)
            onSelect(
              extendTo(
                selection,
                row.id,
                rows.map((each) => each.id),
              ),
            );
          else onSelect(toggleRow(selection, row.id));
        }}
      >
        <input type="checkbox" tabIndex={-1} checked={selected} readOnly aria-label={row.id} />
      </span>
      {columns.map((column) => (
        <span
          key={column.id}
          role="gridcell"
          className={cx(
            styles.cell,
            column.align && styles.end,
            column.cell !== undefined && changed?.has(column.cell) && styles.changed,
          )}
        >
          {column.render(row)}
        </span>
      ))}
    </div>
  );
}

/** Drawn again only when what it shows changed: every prop is a plain value, a row object that is replaced on change, or stable. */
export const TableRow = memo(TableRowView) as typeof TableRowView;
