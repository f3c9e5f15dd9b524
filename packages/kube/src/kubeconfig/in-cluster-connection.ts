import { readFileSync } from 'node:fs';
import { appError } from '@pilothouse/core';
import type { ClusterConnection } from '../kube-client.ts';
import { tokenFileCredentials } from './token-file.ts';

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * The connection of a pod to its own cluster, through its service account
 * (https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/). Throws `not_found` outside a pod.
 */
export function inClusterConnection(
  environment: NodeJS.ProcessEnv = process.env,
  directory: string = serviceAccount,
): ClusterConnection {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  let certificateAuthority: string | undefined;
  try {
    certificateAuthority = readFileSync(`${directory}/ca.crt`, 'utf8');
  } catch {
    certificateAuthority = undefined;
  }
  if (!host || !port || !certificateAuthority) {
    throw appError('not_found', 'This process does not run in a pod with a service account.');
  }
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    certificateAuthority,
    credentials: tokenFileCredentials(`${directory}/token`),
    // The platform gave this address itself; it is not a person's input.
    addresses: 'any',
  };
}
