/** What a permission is about. */
export const nouns = [
  'cluster',
  'cluster-credentials',
  'cluster-share',
  'resource',
  'secret',
  'log',
  'exec',
  'user',
  'role-binding',
  'audit',
  'event',
  'dead-letter',
  'metrics',
] as const;
export type Noun = (typeof nouns)[number];

/** What one does to it. `reveal` reads secret values; `use` opens an interactive session; `operate` scales, restarts and the like. */
export const verbs = ['list', 'read', 'create', 'update', 'delete', 'operate', 'reveal', 'use'] as const;
export type Verb = (typeof verbs)[number];

/** Roles, each including the one before it. */
export const roles = ['viewer', 'operator', 'admin'] as const;
export type Role = (typeof roles)[number];
