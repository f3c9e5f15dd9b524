import type { KubeObject } from '../kube-object.ts';
import { type ResourceType, resourceName } from '../resource-type.ts';
import { clusterColumns } from './cluster-columns.ts';
import { networkColumns } from './network-columns.ts';
import { podColumns } from './pod-columns.ts';
import { printerColumns } from './printer-columns.ts';
import { storageColumns } from './storage-columns.ts';
import { ageColumn, type Cell, type ColumnRule, type TableColumn } from './table-column.ts';
import { workloadColumns } from './workload-columns.ts';

const builtIn: Readonly<Record<string, readonly ColumnRule[]>> = {
  pods: podColumns,
  ...workloadColumns,
  ...networkColumns,
  ...storageColumns,
  ...clusterColumns,
};

/** The columns of a table and how an object fills them. */
export type TableRules = {
  columns: readonly TableColumn[];
  /** One cell per column, in their order. Never throws, whatever is in the object. */
  cellsOf(object: KubeObject): Cell[];
};

/**
 * The columns of a resource besides name, namespace and health, in kubectl's order: those of its kind, else those its
 * CustomResourceDefinition declares, else Age.
 */
export function tableColumns(type: ResourceType, definition?: KubeObject): TableRules {
  const name = resourceName(type);
  const rules = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  const chosen = rules ?? (definition ? printerColumns(definition, type.version) : [ageColumn()]);
  return {
    columns: chosen.map(({ read: _, ...column }) => column),
    cellsOf: (object) => chosen.map(({ read }) => read(object)),
  };
}
