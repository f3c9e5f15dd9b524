import type { Cell, ResourceRow, TableColumn } from '@pilothouse/contract';
import { type Health, healthStatuses } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';

/** What makes rows of the objects of one resource: its columns, its cells and its health. */
export type RowRules = {
  readonly columns: readonly TableColumn[];
  cells(object: KubeObject): readonly Cell[];
  /** `reviewAt` (epoch milliseconds): when the verdict changes by the passing of time alone. */
  health(object: KubeObject, now: number): { health: Health; reviewAt?: number | undefined };
};

export type RowSource = { readonly clusterId: string; readonly cluster: string; readonly rules: RowRules };

const rankOf = new Map(healthStatuses.map((status, rank) => [status, rank] as const));

/**
 * One object as a row. A new version of the object is a new row in the same slot; `superseded` then marks the old one, so that
 * indexes can drop it when they are next read. Cells, search text and JSON are made when first asked for, once per version.
 */
export class TableRow {
  readonly source: RowSource;
  readonly slot: number;
  readonly object: KubeObject;
  readonly namespace: string;
  readonly name: string;
  readonly health: Health;
  readonly healthRank: number;
  superseded = false;
  #cells: readonly Cell[] | undefined;
  #search: string | undefined;
  #json: string | undefined;

  constructor(source: RowSource, slot: number, object: KubeObject, health: Health) {
    this.source = source;
    this.slot = slot;
    this.object = object;
    this.namespace = object.metadata.namespace ?? '';
    this.name = object.metadata.name;
    this.health = health;
    this.healthRank = rankOf.get(health.status) ?? 0;
  }

  get id(): string {
    return `${this.source.cluster}/${this.namespace}/${this.name}`;
  }

  get cells(): readonly Cell[] {
    this.#cells ??= this.source.rules.cells(this.object);
    return this.#cells;
  }

  get search(): string {
    this.#search ??= [this.name, this.namespace, ...this.cells.filter((cell) => typeof cell === 'string')]
      .join('\n')
      .toLowerCase();
    return this.#search;
  }

  /** Makes cells and search text now, so that nobody has to wait for them later. */
  prepare(): void {
    void this.search;
  }

  /** The JSON text of the ResourceRow. */
  get json(): string {
    this.#json ??= JSON.stringify(resourceRowOf(this, this.cells));
    return this.#json;
  }
}

export function resourceRowOf(row: TableRow, cells: readonly Cell[]): ResourceRow {
  const { metadata } = row.object;
  return {
    id: row.id,
    cluster: row.source.cluster,
    ...(row.namespace === '' ? {} : { namespace: row.namespace }),
    name: row.name,
    uid: metadata.uid ?? '',
    ...(metadata.creationTimestamp ? { createdAt: metadata.creationTimestamp } : {}),
    health: row.health,
    ...(metadata.deletionTimestamp ? { terminating: true } : {}),
    cells: [...cells],
  };
}
