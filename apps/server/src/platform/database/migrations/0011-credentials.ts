import type { Migration } from '../migration.ts';

/** What a user comes in with. Of every secret only its hash is kept. */
export const credentials: Migration = {
  id: '0011-credentials',
  phase: 'expand',
  statements: ({ text, integer }) => [
    `create table sessions (
      id ${text} primary key,
      user_id ${text} not null references users (id) on delete cascade,
      user_agent ${text},
      address ${text},
      created_at ${integer} not null,
      last_used_at ${integer} not null,
      expires_at ${integer} not null,
      revoked_at ${integer},
      revoked_because ${text}
    )`,
    'create index sessions_by_user on sessions (user_id)',
    'create index sessions_by_expiry on sessions (expires_at)',
    // generation: how many times the session was refreshed before; used_at: when a refresh token was traded in.
    `create table session_tokens (
      hash ${text} primary key,
      session_id ${text} not null references sessions (id) on delete cascade,
      kind ${text} not null,
      generation ${integer} not null,
      expires_at ${integer} not null,
      used_at ${integer}
    )`,
    'create index session_tokens_by_session on session_tokens (session_id)',
    `create table personal_tokens (
      id ${text} primary key,
      user_id ${text} not null references users (id) on delete cascade,
      name ${text} not null,
      scope ${text} not null,
      hash ${text} not null unique,
      prefix ${text} not null,
      is_local ${integer} not null default 0,
      created_at ${integer} not null,
      expires_at ${integer},
      last_used_at ${integer}
    )`,
    'create index personal_tokens_by_user on personal_tokens (user_id)',
    // key: a hash of the account or the address, so the table is no list of who was tried.
    `create table sign_in_throttles (
      key ${text} primary key,
      failures ${integer} not null,
      last_failure_at ${integer} not null,
      blocked_until ${integer} not null
    )`,
    'create index sign_in_throttles_by_time on sign_in_throttles (last_failure_at)',
    `create table setup_links (
      hash ${text} primary key,
      created_at ${integer} not null,
      expires_at ${integer} not null
    )`,
  ],
};
