import type { Migration } from '../migration.ts';

export const clusters: Migration = {
  id: '0020-clusters',
  phase: 'expand',
  statements: ({ text, integer, json }) => [
    // `access` is sealed: how to reach the cluster and as whom. `version` counts what people change; the monitor's columns do not.
    `create table clusters (
      id ${text} primary key,
      name ${text} not null unique,
      access_type ${text} not null,
      server ${text} not null,
      access ${text} not null,
      labels ${json} not null,
      is_default ${integer} not null,
      version ${integer} not null,
      access_version ${integer} not null,
      created_at ${integer} not null,
      updated_at ${integer} not null,
      state ${text} not null,
      state_since ${integer} not null,
      checked_at ${integer},
      latency_ms ${integer},
      error_code ${text},
      error_message ${text},
      facts ${json}
    )`,
    'create unique index clusters_one_default on clusters (is_default) where is_default = 1',
    `create table cluster_connection_log (
      id ${text} primary key,
      cluster_id ${text} not null references clusters (id) on delete cascade,
      at ${integer} not null,
      from_state ${text} not null,
      to_state ${text} not null,
      code ${text},
      message ${text},
      latency_ms ${integer}
    )`,
    'create index cluster_connection_log_by_cluster on cluster_connection_log (cluster_id, id)',
    'create index cluster_connection_log_by_time on cluster_connection_log (at)',
  ],
};
