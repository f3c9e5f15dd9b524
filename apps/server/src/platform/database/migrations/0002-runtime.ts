import type { Migration } from '../migration.ts';

export const runtime: Migration = {
  id: '0002-runtime',
  phase: 'expand',
  statements: ({ text, integer, json }) => [
    `create table leases (
      name ${text} primary key,
      holder ${text} not null,
      fence ${integer} not null,
      expires_at ${integer} not null
    )`,
    // The ticket itself is not kept, only its hash.
    `create table web_socket_tickets (
      hash ${text} primary key,
      principal ${json} not null,
      target ${json} not null,
      expires_at ${integer} not null
    )`,
    'create index web_socket_tickets_by_expiry on web_socket_tickets (expires_at)',
    // The id is a hash of who asked and the key. The answer is sealed: it may carry a token that is shown once.
    `create table idempotency_keys (
      id ${text} primary key,
      fingerprint ${text} not null,
      status ${integer},
      answer ${text},
      created_at ${integer} not null
    )`,
    'create index idempotency_keys_by_time on idempotency_keys (created_at)',
    // One known text per key, so that a replica with another key is found out at its start.
    `create table seal_keys (
      id ${text} primary key,
      proof ${text} not null,
      created_at ${integer} not null
    )`,
  ],
};
