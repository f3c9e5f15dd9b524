import type { Migration } from '../migration.ts';

export const users: Migration = {
  id: '0010-users',
  phase: 'expand',
  statements: ({ text, integer, json }) => [
    // The e-mail address is kept folded, so that its spelling does not make another account.
    `create table users (
      id ${text} primary key,
      email ${text} not null unique,
      name ${text} not null,
      password_hash ${text},
      is_local ${integer} not null default 0,
      disabled_at ${integer},
      created_at ${integer} not null,
      last_seen_at ${integer}
    )`,
    // scope: the cluster id and the sorted namespaces as one text; a user has one role per scope.
    `create table role_bindings (
      id ${text} primary key,
      user_id ${text} not null references users (id) on delete cascade,
      role ${text} not null,
      cluster_id ${text},
      namespaces ${json},
      scope ${text} not null,
      expires_at ${integer},
      created_at ${integer} not null,
      unique (user_id, scope)
    )`,
    'create index role_bindings_by_cluster on role_bindings (cluster_id)',
  ],
};
