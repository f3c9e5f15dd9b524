import type { Migration } from '../migration.ts';

const refuseOnSqlite = (action: string) =>
  `create trigger audit_log_keeps_on_${action} before ${action} on audit_log
   begin select raise(abort, 'the audit log is append-only'); end`;

const refuseOnPostgres = [
  `create function audit_log_keeps() returns trigger language plpgsql as
   $$ begin raise exception 'the audit log is append-only'; end $$`,
  'create trigger audit_log_keeps before update or delete on audit_log for each row execute function audit_log_keeps()',
  'create trigger audit_log_keeps_all before truncate on audit_log for each statement execute function audit_log_keeps()',
];

/** The database itself refuses to change or remove an entry. */
export const auditLog: Migration = {
  id: '0012-audit-log',
  phase: 'expand',
  statements: ({ text, integer, json, sequence }, dialect) => [
    `create table audit_log (
      seq ${sequence},
      id ${text} not null unique,
      at ${integer} not null,
      actor_type ${text} not null,
      actor_id ${text},
      actor_name ${text} not null,
      verb ${text} not null,
      object ${text} not null,
      cluster ${text},
      result ${text} not null,
      request_id ${text},
      address ${text},
      details ${json}
    )`,
    'create index audit_log_by_time on audit_log (at)',
    'create index audit_log_by_actor on audit_log (actor_id, seq)',
    'create index audit_log_by_cluster on audit_log (cluster, seq)',
    'create index audit_log_by_verb on audit_log (verb, seq)',
    ...(dialect === 'postgres' ? refuseOnPostgres : ['update', 'delete'].map(refuseOnSqlite)),
  ],
};
