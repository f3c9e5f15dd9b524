import type { KubeObject } from '@pilothouse/kube';
import type { TableColumn } from './table-column.ts';

export type TableInput = {
  columns: readonly TableColumn[];
  objects: readonly KubeObject[];
  metaVersion: 'v1' | 'v1beta1';
  /** None, Metadata (the default) or Object. */
  includeObject: string;
  now: number;
  metadata: Record<string, unknown>;
  /** Watch events repeat the column definitions only once. */
  withColumns: boolean;
};

/** A meta.k8s.io Table: what `kubectl get` prints. */
export function tableOf(input: TableInput): Record<string, unknown> {
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${input.metaVersion}`,
    metadata: input.metadata,
    columnDefinitions: input.withColumns ? columnDefinitions(input.columns) : [],
    rows: input.objects.map((object) => tableRow(object, input)),
  };
}

export function columnDefinitions(columns: readonly TableColumn[]) {
  return columns.map(({ name, type, format, description, priority }) => ({
    name,
    type,
    format,
    description,
    priority,
  }));
}

export function tableRow(
  object: KubeObject,
  how: Pick<TableInput, 'columns' | 'includeObject' | 'metaVersion' | 'now'>,
): { cells: unknown[]; object: unknown } {
  const cells = how.columns.map((column) => column.cell(object, { now: how.now }));
  return { cells, object: rowObject(object, how) };
}

function rowObject(object: KubeObject, how: Pick<TableInput, 'includeObject' | 'metaVersion'>): unknown {
  if (how.includeObject === 'None') return null;
  if (how.includeObject === 'Object') return object;
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${how.metaVersion}`, metadata: object.metadata };
}
