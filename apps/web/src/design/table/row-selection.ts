/** Ids that are selected, and the one from which Shift extends. */
export type RowSelection = { readonly ids: ReadonlySet<string>; readonly anchor: string | undefined };

export const emptySelection: RowSelection = { ids: new Set(), anchor: undefined };

export function toggleRow(selection: RowSelection, id: string): RowSelection {
  const ids = new Set(selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { ids, anchor: id };
}

/** Adds every row between the anchor and `id`, as they lie now; without an anchor that is still there, only `id`. */
export function extendTo(selection: RowSelection, id: string, order: readonly string[]): RowSelection {
  const from = selection.anchor === undefined ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (to < 0) return selection;
  const ids = new Set(selection.ids);
  if (from < 0) return { ids: ids.add(id), anchor: id };
  for (const each of order.slice(Math.min(from, to), Math.max(from, to) + 1)) ids.add(each);
  return { ids, anchor: selection.anchor };
}
