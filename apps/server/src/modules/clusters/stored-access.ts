import type { AddressPolicy, ClusterCredentials } from '@pilothouse/kube';
import type { OidcAccess } from './oidc-token-source.ts';
import type { SimulatedProfile } from './simulated-clusters.ts';

type Reach = {
  server: string;
  certificateAuthority?: string;
  tlsServerName?: string;
  addresses: AddressPolicy;
  /** Where the identity is at home; permissions are asked for there. */
  namespace?: string;
};

/** How to reach a cluster and as whom: the document that is sealed. What came as a kubeconfig is one context of it, on the allow-list only. */
export type StoredAccess =
  | (Reach & {
      type: 'fixed';
      insecureSkipTlsVerify?: boolean;
      credentials: Exclude<ClusterCredentials, { type: 'token-source' }>;
    })
  | (Reach & { type: 'oidc'; oidc: OidcAccess })
  | { type: 'in-cluster' }
  | { type: 'simulated'; profile: SimulatedProfile }
  | { type: 'local-context'; context: string };

/** What is shown as the cluster's address. */
export function serverOf(access: StoredAccess): string {
  if ('server' in access) return access.server;
  if (access.type === 'simulated') return `simulated:${access.profile}`;
  return access.type === 'in-cluster' ? 'in-cluster' : `context:${access.context}`;
}
