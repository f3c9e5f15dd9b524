import type { ResourceRow } from '@pilothouse/contract';
import type { CompareRows } from './row-order.ts';

export type TableChanges = { upserts: readonly ResourceRow[]; deletes: readonly string[] };

export type TableSnapshot = {
  /** In display order. */
  rows: readonly ResourceRow[];
  /** Rows that are no more, kept in place while somebody reads. */
  gone: ReadonlySet<string>;
  /** New rows that wait for the reader. */
  waiting: number;
};

export type TableModel = {
  snapshot(): TableSnapshot;
  subscribe(listener: () => void): () => void;
  row(id: string): ResourceRow | undefined;
  /** Which cells of a row changed within the last moment. */
  changedCells(id: string): ReadonlySet<number> | undefined;
  /** Starts anew with the first page. */
  start(rows: readonly ResourceRow[], options: { more: boolean; compare: CompareRows }): void;
  /** The next page. Rows that are known already stay where they are. */
  append(rows: readonly ResourceRow[], options: { more: boolean }): void;
  /** Live changes. While `held`, nothing moves: known rows change in place, new ones wait, deleted ones stay as ghosts. */
  apply(changes: TableChanges, options: { held: boolean }): void;
  /** What a fresh read of the loaded part says: applied as the difference to what is shown. */
  reconcile(rows: readonly ResourceRow[], options: { more: boolean; held: boolean }): void;
  /** Lets in what waits and puts every row where it belongs. */
  release(): void;
};

/** How long a changed cell is marked. */
const flashMilliseconds = 1200;

/** The rows of one table as they are shown, kept current without moving anything under a reader's eyes. */
export function createTableModel(now: () => number = Date.now): TableModel {
  const listeners = new Set<() => void>();
  let byId = new Map<string, ResourceRow>();
  let order: string[] = [];
  let waiting = new Map<string, ResourceRow>();
  let gone = new Set<string>();
  let flashes = new Map<string, { cells: ReadonlySet<number>; until: number }>();
  /** Rows whose place may no longer be right. */
  let moved = new Set<string>();
  let more = false;
  let compare: CompareRows = () => 0;
  let shown: TableSnapshot = { rows: [], gone, waiting: 0 };

  function publish(): void {
    shown = {
      rows: order.map((id) => byId.get(id)).filter((row) => row !== undefined),
      gone: new Set(gone),
      waiting: waiting.size,
    };
    for (const listener of listeners) listener();
  }

  function change(before: ResourceRow, after: ResourceRow): void {
    byId.set(after.id, after);
    gone.delete(after.id);
    moved.add(after.id);
    const cells = new Set<number>();
    for (const [index, cell] of after.cells.entries()) if (cell !== before.cells[index]) cells.add(index);
    if (before.health.status !== after.health.status) cells.add(-1);
    if (cells.size > 0) flashes.set(after.id, { cells, until: now() + flashMilliseconds });
  }

  function upsert(row: ResourceRow): void {
    const before = byId.get(row.id);
    if (before) change(before, row);
    else if (waiting.has(row.id) || !beyondLoaded(row)) waiting.set(row.id, row);
  }

  /** A row that belongs on a page that has not been read yet will come with that page. */
  function beyondLoaded(row: ResourceRow): boolean {
    const last = order.at(-1);
    const lastRow = last === undefined ? undefined : byId.get(last);
    return more && lastRow !== undefined && compare(row, lastRow) > 0;
  }

  function remove(id: string): void {
    waiting.delete(id);
    if (byId.has(id)) gone.add(id);
  }

  function settle(): void {
    if (gone.size === 0 && waiting.size === 0 && moved.size === 0) return;
    const coming = [...waiting.values()];
    for (const id of moved) {
      const row = byId.get(id);
      if (row && !gone.has(id)) coming.push(row);
    }
    coming.sort(compare);
    const staying = order.filter((id) => !gone.has(id) && !moved.has(id));
    for (const id of gone) byId.delete(id);
    for (const row of waiting.values()) byId.set(row.id, row);
    order = merge(staying, coming);
    waiting = new Map();
    gone = new Set();
    moved = new Set();
  }

  function merge(staying: readonly string[], coming: readonly ResourceRow[]): string[] {
    const merged: string[] = [];
    let next = 0;
    for (const id of staying) {
      const row = byId.get(id);
      if (!row) continue;
      for (let candidate = coming[next]; candidate && compare(candidate, row) < 0; candidate = coming[next]) {
        merged.push(candidate.id);
        next += 1;
      }
      merged.push(id);
    }
    for (const row of coming.slice(next)) merged.push(row.id);
    return merged;
  }

  function applyQuietly(changes: TableChanges, held: boolean): void {
    for (const id of changes.deletes) remove(id);
    for (const row of changes.upserts) upsert(row);
    if (!held) settle();
  }

  return {
    snapshot: () => shown,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    row: (id) => byId.get(id),
    changedCells(id) {
      const flash = flashes.get(id);
      if (flash && flash.until < now()) flashes.delete(id);
      return flash && flash.until >= now() ? flash.cells : undefined;
    },
    start(rows, options) {
      ({ more, compare } = options);
      byId = new Map(rows.map((row) => [row.id, row]));
      order = [...byId.keys()];
      waiting = new Map();
      gone = new Set();
      moved = new Set();
      flashes = new Map();
      publish();
    },
    append(rows, options) {
      more = options.more;
      for (const row of rows) {
        waiting.delete(row.id);
        if (!byId.has(row.id)) order.push(row.id);
        byId.set(row.id, row);
      }
      publish();
    },
    apply(changes, { held }) {
      applyQuietly(changes, held);
      publish();
    },
    reconcile(rows, options) {
      more = options.more;
      const present = new Set(rows.map((row) => row.id));
      const last = rows.at(-1);
      const covered = (row: ResourceRow) => !more || last === undefined || compare(row, last) <= 0;
      const deletes = [...byId.values(), ...waiting.values()]
        .filter((row) => !present.has(row.id) && covered(row))
        .map((row) => row.id);
      const upserts = rows.filter((row) => !sameRow(byId.get(row.id), row));
      applyQuietly({ upserts, deletes }, options.held);
      publish();
    },
    release() {
      settle();
      publish();
    },
  };
}

function sameRow(a: ResourceRow | undefined, b: ResourceRow): boolean {
  return (
    a !== undefined &&
    a.uid === b.uid &&
    a.health.status === b.health.status &&
    a.health.reason === b.health.reason &&
    a.health.message === b.health.message &&
    a.terminating === b.terminating &&
    a.cells.length === b.cells.length &&
    a.cells.every((cell, index) => cell === b.cells[index])
  );
}
