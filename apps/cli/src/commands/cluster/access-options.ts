import type { ClusterAccess } from '@pilothouse/contract';
import type { CliContext } from '../../runtime/cli-context.ts';
import { readAllInput, readTextFile, readTokenFile } from '../../runtime/secret-input.ts';
import { usageError } from '../../runtime/usage-error.ts';

export type AccessOptions = {
  kubeconfig?: string;
  context?: string;
  apiServer?: string;
  ca?: string;
  tlsServerName?: string;
  insecureSkipTlsVerify?: boolean;
  token?: string;
  tokenFile?: string;
  serviceAccount?: boolean;
  clientCertificate?: string;
  clientKey?: string;
  oidcIssuer?: string;
  oidcClientId?: string;
  oidcClientSecretFile?: string;
  oidcRefreshTokenFile?: string;
  inCluster?: boolean;
  simulated?: boolean;
  profile?: 'shop' | 'staging' | 'empty';
  allowPrivateAddress?: boolean;
};

/** The access that the options describe, or undefined when they leave it to a kubeconfig. */
export async function accessOfOptions(context: CliContext, options: AccessOptions): Promise<ClusterAccess | undefined> {
  const ways = [options.simulated, options.inCluster, options.apiServer, options.kubeconfig].filter(Boolean).length;
  if (ways > 1) throw usageError('Give one of --kubeconfig, --api-server, --in-cluster and --simulated.');
  if (options.profile && !options.simulated) throw usageError('--profile belongs to --simulated.');
  if (options.simulated) return { type: 'simulated', ...(options.profile ? { profile: options.profile } : {}) };
  if (options.inCluster) return { type: 'in-cluster' };
  if (options.apiServer) return accessOfServer(context, options, options.apiServer);
  const credential = options.token ?? options.tokenFile ?? options.clientCertificate ?? options.oidcIssuer;
  if (credential) throw usageError('These credentials need the address of the cluster.', 'add --api-server https://…');
  return undefined;
}

async function accessOfServer(context: CliContext, options: AccessOptions, server: string): Promise<ClusterAccess> {
  const base = {
    server,
    ...(options.ca ? { certificateAuthority: readTextFile(options.ca, 'the certificate authority') } : {}),
    ...(options.tlsServerName ? { tlsServerName: options.tlsServerName } : {}),
  };
  const insecure = options.insecureSkipTlsVerify ? { insecureSkipTlsVerify: true } : {};
  if (options.oidcIssuer) return { type: 'oidc', ...base, ...oidcParts(options, options.oidcIssuer) };
  if (options.clientCertificate || options.clientKey) {
    if (!options.clientCertificate || !options.clientKey)
      throw usageError('--client-certificate and --client-key belong together.');
    const certificate = readTextFile(options.clientCertificate, 'the client certificate');
    return {
      type: 'client-certificate',
      ...base,
      ...insecure,
      certificate,
      key: readTextFile(options.clientKey, 'the client key'),
    };
  }
  const token = await tokenOf(context, options);
  if (!token)
    throw usageError(
      'How do we prove who we are there?',
      'add --token-file, --client-certificate with --client-key, or --oidc-issuer',
    );
  return options.serviceAccount
    ? { type: 'service-account', ...base, token }
    : { type: 'token', ...base, ...insecure, token };
}

async function tokenOf(context: CliContext, { token, tokenFile }: AccessOptions): Promise<string | undefined> {
  if (token && tokenFile) throw usageError('Give one of --token and --token-file.');
  if (tokenFile === '-') return (await readAllInput(context.io)).trim();
  return tokenFile ? readTokenFile(tokenFile) : token;
}

function oidcParts(options: AccessOptions, issuer: string) {
  const { oidcClientId: clientId, oidcClientSecretFile: secretFile, oidcRefreshTokenFile: refreshFile } = options;
  if (!clientId || !refreshFile)
    throw usageError('--oidc-issuer needs --oidc-client-id and --oidc-refresh-token-file.');
  return {
    issuer,
    clientId,
    refreshToken: readTokenFile(refreshFile),
    ...(secretFile ? { clientSecret: readTokenFile(secretFile) } : {}),
  };
}
