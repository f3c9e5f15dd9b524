import type { Migration } from '../migration.ts';

export const eventLog: Migration = {
  id: '0001-event-log',
  phase: 'expand',
  statements: ({ text, integer, json, sequence }) => [
    `create table events (
      seq ${sequence},
      id ${text} not null unique,
      type ${text} not null,
      subject ${text} not null,
      actor ${text} not null,
      generation ${integer},
      at ${integer} not null,
      data ${json} not null
    )`,
    'create index events_by_subject on events (subject, seq)',
    'create index events_by_time on events (at)',
    `create table event_consumers (
      name ${text} primary key,
      cursor ${integer} not null,
      fence ${integer} not null,
      seen_at ${integer} not null
    )`,
    // Events that failed and wait for another try, and later events of the same subject, which wait behind them (without due_at).
    `create table event_retries (
      consumer ${text} not null,
      seq ${integer} not null,
      subject ${text} not null,
      event ${json} not null,
      attempts ${integer} not null,
      due_at ${integer},
      error ${text},
      primary key (consumer, seq)
    )`,
    'create index event_retries_by_due on event_retries (consumer, due_at)',
    'create index event_retries_by_subject on event_retries (consumer, subject, seq)',
    `create table dead_letters (
      id ${text} primary key,
      consumer ${text} not null,
      seq ${integer} not null,
      event ${json} not null,
      attempts ${integer} not null,
      error ${text} not null,
      at ${integer} not null
    )`,
  ],
};
