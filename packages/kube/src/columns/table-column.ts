import type { KubeObject } from '../kube-object.ts';

/**
 * What a column's cells are: text and ratio (`1/2`) strings; number, quantity (base units) and percent numbers; age and time RFC 3339
 * strings; boolean. Null: no value. Cells are raw, so that they sort; whoever shows them formats them.
 */
export type ColumnType = 'text' | 'number' | 'age' | 'time' | 'quantity' | 'percent' | 'boolean' | 'ratio';

export type Cell = string | number | boolean | null;

export type TableColumn = {
  /** Unique within its table: camelCase, stable, used to sort by. */
  id: string;
  label: string;
  type: ColumnType;
  description?: string;
  /** 0: shown by default; 1 and above: on request (kubectl's wide). */
  priority: number;
};

/** A column together with how its cell is read. */
export type ColumnRule = TableColumn & { read(object: KubeObject): Cell };

type Options = { type?: ColumnType; wide?: boolean };

export function column(
  id: string,
  label: string,
  read: (object: KubeObject) => Cell,
  options: Options = {},
): ColumnRule {
  return { id, label, type: options.type ?? 'text', priority: options.wide ? 1 : 0, read };
}

export function ageColumn(): ColumnRule {
  return column('age', 'Age', (object) => object.metadata.creationTimestamp ?? null, { type: 'age' });
}
