import type { ResourceRow, TableMessage } from '@pilothouse/contract';

export type RowChange = { readonly row: ResourceRow; readonly deleted: boolean };

/**
 * What was printed of a live table, so that only real changes are printed: the first rows together and sorted once every cluster has
 * loaded, later each change; after a `reset` (the server could not resume) the new list is compared with what was shown.
 */
export function createRowState(options: {
  printFirst: boolean;
  looksSame?(before: ResourceRow, after: ResourceRow): boolean;
}) {
  const { looksSame = sameRow } = options;
  const isNews = (before: ResourceRow | undefined, after: ResourceRow) =>
    !before || before.uid !== after.uid || !looksSame(before, after);

  let shown = new Map<string, ResourceRow>();
  /** Rows of a list that is still arriving; undefined while changes are printed as they come. */
  let arriving: Map<string, ResourceRow> | undefined = new Map();
  let quiet = !options.printFirst;

  function settle(): RowChange[] {
    const list = arriving ?? new Map<string, ResourceRow>();
    arriving = undefined;
    const before = shown;
    shown = list;
    if (quiet) {
      quiet = false;
      return [];
    }
    const gone = [...before].filter(([id]) => !list.has(id)).map(([, row]) => ({ row, deleted: true }));
    const changed = [...list.values()].filter((row) => isNews(before.get(row.id), row)).sort(byPlace);
    return [...gone, ...changed.map((row) => ({ row, deleted: false }))];
  }

  function apply(upserts: readonly ResourceRow[], deletes: readonly string[]): RowChange[] {
    const changes: RowChange[] = [];
    for (const id of deletes) {
      const row = shown.get(id);
      shown.delete(id);
      if (row) changes.push({ row, deleted: true });
    }
    for (const row of upserts) {
      if (isNews(shown.get(row.id), row)) changes.push({ row, deleted: false });
      shown.set(row.id, row);
    }
    return changes;
  }

  return {
    /** The changes to print after this message. */
    take(message: TableMessage): RowChange[] {
      if (message.type === 'reset') arriving = new Map();
      if (message.type === 'changes') {
        if (!arriving) return apply(message.upserts, message.deletes);
        for (const row of message.upserts) arriving.set(row.id, row);
        for (const id of message.deletes) arriving.delete(id);
      }
      if (message.type === 'sources' && arriving && message.sources.every(({ phase }) => phase !== 'syncing'))
        return settle();
      return [];
    },
  };
}

/** All that a row says, but for its age. */
function sameRow(before: ResourceRow, after: ResourceRow): boolean {
  return (
    before.terminating === after.terminating &&
    before.health.status === after.health.status &&
    before.health.reason === after.health.reason &&
    before.cells.length === after.cells.length &&
    before.cells.every((cell, index) => cell === after.cells[index])
  );
}

function byPlace(a: ResourceRow, b: ResourceRow): number {
  return compare(a.namespace ?? '', b.namespace ?? '') || compare(a.name, b.name) || compare(a.cluster, b.cluster);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
