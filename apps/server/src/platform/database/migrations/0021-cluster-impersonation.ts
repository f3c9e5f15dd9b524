import type { Migration } from '../migration.ts';

export const clusterImpersonation: Migration = {
  id: '0021-cluster-impersonation',
  phase: 'expand',
  statements: ({ integer }) => [`alter table clusters add column impersonate ${integer} not null default 0`],
};
