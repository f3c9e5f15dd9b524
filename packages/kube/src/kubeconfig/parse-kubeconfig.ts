import { type AppError, appError, isAppError } from '@pilothouse/core';
import type { AddressPolicy, ClusterConnection } from '../kube-client.ts';
import { contextConnection } from './context-connection.ts';
import { uploadRefusal } from './context-faults.ts';
import {
  detail,
  invalidKubeconfig,
  type KubeconfigDocument,
  type NamedEntry,
  parseKubeconfigDocument,
} from './kubeconfig-document.ts';

/**
 * `api`: the kubeconfig came from outside; only server, inline CA, token and inline client certificate are accepted.
 * `local`: it is the user's own, on this machine; files (relative to `directory`) and plugins work as in kubectl.
 */
export type KubeconfigPolicy =
  | 'api'
  | 'local'
  | { mode: 'api'; addresses?: AddressPolicy; allowInsecureTls?: boolean }
  | { mode: 'local'; directory?: string };

export type KubeconfigContext = {
  name: string;
  cluster: string;
  user: string;
  namespace?: string;
  /** Empty when the cluster is unknown. */
  server: string;
  /** Why `connectionFor` would throw: `kubeconfig_refused`, `address_refused` or `invalid_kubeconfig`, with pointers. */
  refusal?: AppError;
};

export type Kubeconfig = {
  contexts: KubeconfigContext[];
  /** The current-context, when such a context exists. */
  current?: string;
  /** The connection of a context; throws its refusal, or `not_found`. */
  connectionFor(contextName: string): ClusterConnection;
};

/**
 * Reads a kubeconfig (YAML or JSON, at most 1 MiB). Throws `invalid_kubeconfig` when it cannot be read or has no context; a context
 * that may not be used is listed with its refusal, so that one bad context does not hide the others.
 */
export function parseKubeconfig(text: string, policy: KubeconfigPolicy): Kubeconfig {
  const directory = typeof policy === 'object' && policy.mode === 'local' ? policy.directory : undefined;
  return readKubeconfig([{ document: parseKubeconfigDocument(text), directory: directory ?? process.cwd() }], policy);
}

export type KubeconfigSource = { document: KubeconfigDocument; directory: string };

type Sourced = NamedEntry & { directory: string };

/** Merges sources as kubectl does: the first to name an entry, or a current context, wins. */
export function readKubeconfig(sources: readonly KubeconfigSource[], policy: KubeconfigPolicy): Kubeconfig {
  const clusters = merge(sources, (document) => document.clusters);
  const users = merge(sources, (document) => document.users);
  const entries = merge(sources, (document) => document.contexts);
  if (entries.size === 0)
    throw invalidKubeconfig('It has no contexts.', [detail('/contexts', 'empty', 'Expected one.')]);

  function connect(entry: NamedEntry): ClusterConnection {
    const cluster = clusters.get(text(entry.fields.cluster));
    if (!cluster) throw dangling(entry, 'cluster');
    const userName = text(entry.fields.user);
    const user = users.get(userName);
    if (!user && userName !== '') throw dangling(entry, 'user');
    if (modeOf(policy) === 'local') {
      // Files of the user entry are found beside the file that has it; a CA file beside the one with the cluster.
      const ca = contextConnection(cluster, undefined, { addresses: 'any', files: { directory: cluster.directory } });
      if (!user) return ca;
      const own = contextConnection({ ...cluster, fields: { server: ca.server } }, user, {
        addresses: 'any',
        files: { directory: user.directory },
      });
      return { ...own, ...ca, credentials: own.credentials };
    }
    const rules = uploadRulesOf(policy);
    const refusal = uploadRefusal(cluster, user, rules);
    if (refusal) throw refusal;
    return contextConnection(cluster, user, { addresses: rules.addresses, files: undefined });
  }

  const contexts = [...entries.values()].map((entry) => {
    const namespace = text(entry.fields.namespace);
    const context: KubeconfigContext = {
      name: entry.name,
      cluster: text(entry.fields.cluster),
      user: text(entry.fields.user),
      server: text(clusters.get(text(entry.fields.cluster))?.fields.server),
      ...(namespace === '' ? {} : { namespace }),
    };
    const refusal = refusalOf(() => connect(entry));
    return refusal ? { ...context, refusal } : context;
  });
  const current = sources.map(({ document }) => document.currentContext).find((name) => name !== undefined);
  return {
    contexts,
    ...(current !== undefined && entries.has(current) ? { current } : {}),
    connectionFor(contextName) {
      const entry = entries.get(contextName);
      if (!entry) throw appError('not_found', `The kubeconfig has no context named "${contextName}".`);
      return connect(entry);
    },
  };
}

function merge(
  sources: readonly KubeconfigSource[],
  pick: (document: KubeconfigDocument) => Map<string, NamedEntry>,
): Map<string, Sourced> {
  const merged = new Map<string, Sourced>();
  for (const { document, directory } of sources) {
    for (const [name, entry] of pick(document)) if (!merged.has(name)) merged.set(name, { ...entry, directory });
  }
  return merged;
}

function modeOf(policy: KubeconfigPolicy): 'api' | 'local' {
  return typeof policy === 'string' ? policy : policy.mode;
}

function uploadRulesOf(policy: KubeconfigPolicy) {
  const given = typeof policy === 'object' && policy.mode === 'api' ? policy : undefined;
  return { addresses: given?.addresses ?? 'public', allowInsecureTls: given?.allowInsecureTls ?? false };
}

function refusalOf(connect: () => unknown): AppError | undefined {
  try {
    connect();
    return undefined;
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
}

function dangling(entry: NamedEntry, what: 'cluster' | 'user'): Error {
  const name = text(entry.fields[what]);
  return invalidKubeconfig(`The context ${entry.name} names the ${what} "${name}", which is not there.`, [
    detail(`${entry.pointer}/${what}`, 'dangling', `There is no such ${what}.`),
  ]);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
