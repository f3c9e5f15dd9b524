import type { Cluster, Role } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import type { Principal } from '../../platform/http/principal.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import { roleIncludes } from '../identity/policy.ts';
import type { ClusterRecord } from './cluster-store.ts';

/** A cluster as one principal sees it. */
export function clusterView(record: ClusterRecord, principal: Principal, authorizer: Authorizer): Cluster {
  const namespaces = authorizer.namespacesFor(principal, { clusterId: record.id, noun: 'resource', verb: 'list' });
  const { connection } = record;
  return {
    id: record.id,
    name: record.name,
    server: record.server,
    accessType: record.accessType,
    labels: record.labels,
    default: record.isDefault,
    connection: {
      state: connection.state,
      since: isoOf(connection.since),
      ...(connection.checkedAt === undefined ? {} : { checkedAt: isoOf(connection.checkedAt) }),
      ...(connection.latencyMs === undefined ? {} : { latencyMs: connection.latencyMs }),
      ...(connection.error ? { error: connection.error } : {}),
    },
    ...(record.facts ? { facts: record.facts } : {}),
    impersonate: record.impersonate,
    role: strongestRole(record.id, principal),
    ...(namespaces === 'all' ? {} : { namespaces: [...namespaces] }),
    resourceVersion: String(record.version),
    createdAt: isoOf(record.createdAt),
    updatedAt: isoOf(record.updatedAt),
  };
}

export function strongestRole(clusterId: string, principal: Principal): Role {
  let strongest: Role = 'viewer';
  for (const grant of principal.grants)
    if ((grant.clusterId === undefined || grant.clusterId === clusterId) && roleIncludes(grant.role, strongest))
      strongest = grant.role;
  return strongest;
}

export function isoOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** Refuses a change based on an old version; `current` lets the caller compare. Without If-Match the change is made as it is. */
export function checkVersion(ifMatch: string | undefined, record: ClusterRecord, current: () => Cluster): void {
  if (ifMatch === undefined || ifMatch === '*') return;
  const wanted = ifMatch.replace(/^W\//, '').replaceAll('"', '');
  if (wanted === String(record.version)) return;
  throw appError('version_conflict', `The cluster ${record.name} was changed since you read it.`, {
    extra: { current: current() },
  });
}
