import type { Noun, Role, Verb } from '@pilothouse/contract';

/**
 * Where a right is asked for, and so which role bindings can give it:
 * - `platform`: only a binding on the whole installation.
 * - `cluster`: also a binding on that cluster, but only one without a limit to namespaces.
 * - `presence`: any binding that touches the cluster, also one limited to namespaces. For what one must know of a
 *   cluster to work in it at all.
 * - `namespace`: also a binding limited to namespaces, when it names the namespace asked for. Without a namespace (cluster-scoped
 *   objects, every namespace at once) it takes a binding on the whole cluster.
 */
export type Reach = 'platform' | 'cluster' | 'presence' | 'namespace';

type Rule = { readonly reach: Reach; readonly role: Role };

/**
 * The policy: the least role that gives each verb on each noun. What is not in this table is allowed to nobody.
 * A larger role includes the smaller ones, so a row names one role and not three.
 *
 * Why the less obvious rows are as they are:
 * - `cluster create` and `cluster-credentials` are for administrators of the installation or the cluster: an address and a credential
 *   are what request forgery is made of.
 * - `cluster-share` is for administrators, also to list: it shows e-mail addresses.
 * - `secret reveal` is for administrators although an operator could mount the Secret in a pod of theirs: that leaves a trace on the
 *   cluster, and a value on a screen should be asked for on purpose.
 * - `event read` is the platform's own log; what it shows is filtered further by the subject of each event.
 */
export const policy: { readonly [N in Noun]: { readonly [V in Verb]?: Rule } } = {
  cluster: {
    list: { reach: 'presence', role: 'viewer' },
    read: { reach: 'presence', role: 'viewer' },
    create: { reach: 'platform', role: 'admin' },
    update: { reach: 'cluster', role: 'admin' },
    delete: { reach: 'cluster', role: 'admin' },
  },
  'cluster-credentials': {
    update: { reach: 'cluster', role: 'admin' },
  },
  'cluster-share': {
    list: { reach: 'cluster', role: 'admin' },
    create: { reach: 'cluster', role: 'admin' },
    delete: { reach: 'cluster', role: 'admin' },
  },
  resource: {
    list: { reach: 'namespace', role: 'viewer' },
    read: { reach: 'namespace', role: 'viewer' },
    create: { reach: 'namespace', role: 'operator' },
    update: { reach: 'namespace', role: 'operator' },
    delete: { reach: 'namespace', role: 'operator' },
    operate: { reach: 'namespace', role: 'operator' },
  },
  secret: {
    reveal: { reach: 'namespace', role: 'admin' },
  },
  log: {
    read: { reach: 'namespace', role: 'viewer' },
  },
  exec: {
    use: { reach: 'namespace', role: 'operator' },
  },
  user: {
    list: { reach: 'platform', role: 'admin' },
    read: { reach: 'platform', role: 'admin' },
    create: { reach: 'platform', role: 'admin' },
    update: { reach: 'platform', role: 'admin' },
    delete: { reach: 'platform', role: 'admin' },
  },
  'role-binding': {
    list: { reach: 'platform', role: 'admin' },
    create: { reach: 'platform', role: 'admin' },
    delete: { reach: 'platform', role: 'admin' },
  },
  audit: {
    read: { reach: 'platform', role: 'admin' },
  },
  event: {
    read: { reach: 'presence', role: 'viewer' },
  },
  'dead-letter': {
    list: { reach: 'platform', role: 'admin' },
    operate: { reach: 'platform', role: 'admin' },
  },
  metrics: {
    read: { reach: 'platform', role: 'viewer' },
  },
};

const rank: { readonly [R in Role]: number } = { viewer: 1, operator: 2, admin: 3 };

/** Whether `held` includes everything that `needed` gives. */
export function roleIncludes(held: Role, needed: Role): boolean {
  return rank[held] >= rank[needed];
}

/** The row of the table, or nothing: then nobody may. Own properties only, so no name reaches into Object.prototype. */
export function ruleFor(noun: string, verb: string): Rule | undefined {
  const ofNoun = Object.hasOwn(policy, noun) ? (policy as Record<string, Record<string, Rule>>)[noun] : undefined;
  return ofNoun && Object.hasOwn(ofNoun, verb) ? ofNoun[verb] : undefined;
}
