import type { KubeObject } from '@pilothouse/kube';

export type TableCell = string | number | boolean | null;

/** What a cell may need beside the object. */
export type CellContext = { now: number };

/** One column of `kubectl get`. Priority 0 shows always, higher ones with `-o wide`. */
export type TableColumn = {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format: string;
  readonly description: string;
  readonly priority: number;
  cell(object: KubeObject, context: CellContext): TableCell;
};
