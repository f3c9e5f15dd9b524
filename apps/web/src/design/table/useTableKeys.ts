import { type RefObject, useEffect } from 'react';
import { isTyping } from '../is-typing.ts';
import type { DataTableProps } from './DataTable.tsx';
import { extendTo, toggleRow } from './row-selection.ts';

type View = { scroller: RefObject<HTMLElement | null>; scrollTo(index: number): void };

/**
 * The keys of k9s: j/k and arrows move, g/G jump, Enter opens, x selects, Shift extends, Esc clears. They work while nothing else
 * has the focus too, so that a page with a table can be used without a click.
 */
export function useTableKeys<Row extends { id: string }>(table: RefObject<DataTableProps<Row>>, view: View): void {
  const { scroller, scrollTo } = view;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the table is read through its ref; the view's functions are stable enough
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey || !concerns(event.target, scroller.current)) return;
      if (handle(table.current, event, { page: pageSize(scroller.current, table.current.rowHeight), scrollTo }))
        event.preventDefault();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Keys that reach the page as such (the body, or anything in its main part that is no control) or our own grid. */
function concerns(target: EventTarget | null, scroller: HTMLElement | null): boolean {
  if (!(target instanceof Element) || isTyping(target)) return false;
  if (document.querySelector('[role="dialog"], [role="menu"]')) return false;
  if (scroller?.contains(target)) return target.closest('button, a') === null;
  return target === document.body || target.closest('[data-table-keys]') !== null;
}

function pageSize(scroller: HTMLElement | null, rowHeight: number): number {
  return Math.max(1, Math.floor((scroller?.clientHeight ?? 400) / rowHeight) - 2);
}

function handle<Row extends { id: string }>(
  table: DataTableProps<Row>,
  event: KeyboardEvent,
  { page, scrollTo }: { page: number; scrollTo(index: number): void },
): boolean {
  const { rows, activeId, selection, onSelect, onActive, onOpen, onRowKey } = table;
  const at = activeId === undefined ? -1 : rows.findIndex((row) => row.id === activeId);
  const active = rows[at];
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key === 'a') {
    onSelect({ ids: new Set(rows.map((row) => row.id)), anchor: undefined });
    return true;
  }
  if (command) return false;
  const to = destination(event.key, { at, page, last: rows.length - 1 });
  if (to !== undefined) {
    const target = rows[to];
    if (!target) return false;
    if (event.shiftKey && event.key.toLowerCase() !== 'g') {
      const start = active
        ? selection.anchor === undefined
          ? { ...selection, anchor: active.id }
          : selection
        : selection;
      onSelect(
        extendTo(
          start,
          target.id,
          rows.map((row) => row.id),
        ),
      );
    }
    onActive(target.id);
    scrollTo(to);
    return true;
  }
  if (event.key === 'Escape' && selection.ids.size > 0) {
    onSelect({ ids: new Set(), anchor: undefined });
    return true;
  }
  if (!active) return false;
  if (event.key === 'Enter') {
    onOpen(active);
    return true;
  }
  if (event.key === 'x' || event.key === ' ') {
    onSelect(toggleRow(selection, active.id));
    return true;
  }
  return onRowKey?.(event.key, active) ?? false;
}

function destination(key: string, { at, page, last }: { at: number; page: number; last: number }): number | undefined {
  const within = (index: number) => Math.min(last, Math.max(0, index));
  switch (key) {
    case 'j':
    case 'J':
    case 'ArrowDown':
      return within(at + 1);
    case 'k':
    case 'K':
    case 'ArrowUp':
      return within(at < 0 ? 0 : at - 1);
    case 'PageDown':
      return within(at + page);
    case 'PageUp':
      return within(at - page);
    case 'g':
    case 'Home':
      return within(0);
    case 'G':
    case 'End':
      return within(last);
    default:
      return undefined;
  }
}
