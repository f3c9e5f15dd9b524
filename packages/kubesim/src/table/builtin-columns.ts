import type { KubeObject } from '@pilothouse/kube';
import { ageColumn, column, nameColumn } from './column-factory.ts';
import { eventColumns } from './event-columns.ts';
import { networkColumns } from './network-columns.ts';
import { nodeColumns } from './node-columns.ts';
import { podColumns } from './pod-columns.ts';
import { policyColumns } from './policy-columns.ts';
import { storageColumns } from './storage-columns.ts';
import type { TableColumn } from './table-column.ts';
import { workloadColumns } from './workload-columns.ts';

const size = (value: unknown) => Object.keys((value ?? {}) as object).length;

const columns: Readonly<Record<string, readonly TableColumn[]>> = {
  ...workloadColumns,
  ...networkColumns,
  ...storageColumns,
  ...policyColumns,
  pods: podColumns,
  nodes: nodeColumns,
  events: eventColumns,
  namespaces: [
    nameColumn,
    column('Status', (object) => (object.status as { phase?: string } | undefined)?.phase ?? ''),
    ageColumn,
  ],
  configmaps: [nameColumn, column('Data', (object) => size(object.data) + size(object.binaryData)), ageColumn],
  secrets: [
    nameColumn,
    column('Type', (object) => String(object.type ?? '')),
    column('Data', (object) => size(object.data)),
    ageColumn,
  ],
  serviceaccounts: [
    nameColumn,
    column('Secrets', (object: KubeObject) => ((object.secrets as unknown[] | undefined) ?? []).length, {
      type: 'integer',
    }),
    ageColumn,
  ],
};

/** The columns kubectl shows for a built-in resource (`plural.group`); Name and Age where the API has none of its own. */
export function builtinColumns(resource: string): readonly TableColumn[] {
  return columns[resource] ?? [nameColumn, ageColumn];
}
