import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { ClusterAccess } from '@pilothouse/contract';
import { AppError, appError, type ErrorDetail } from '@pilothouse/core';
import { type AddressPolicy, parseKubeconfig } from '@pilothouse/kube';
import type { StoredAccess } from './stored-access.ts';

export type IntakeOptions = {
  /** An administrator allowed loopback and link-local addresses. */
  allowPrivateAddress: boolean;
  localMode: boolean;
};

/** Checks what a person gave and keeps what is on the allow-list. Nothing here talks to a cluster. Faults come with pointers into `access`. */
export function intakeAccess(access: ClusterAccess, options: IntakeOptions): StoredAccess {
  const addresses: AddressPolicy = options.allowPrivateAddress ? 'any' : 'public';
  switch (access.type) {
    case 'kubeconfig':
      return fromKubeconfig(access, addresses);
    case 'token':
    case 'service-account': {
      const token = access.token.trim();
      const faults = reachFaults(access, addresses);
      if (token === '' || /\s/.test(token))
        faults.push(fault('/access/token', 'token', 'The token must not be empty or hold spaces.'));
      refuse(faults);
      return {
        type: 'fixed',
        ...reachOf(access, addresses),
        ...('insecureSkipTlsVerify' in access && access.insecureSkipTlsVerify ? { insecureSkipTlsVerify: true } : {}),
        ...('namespace' in access && access.namespace ? { namespace: access.namespace } : {}),
        credentials: { type: 'token', token },
      };
    }
    case 'client-certificate':
      refuse([...reachFaults(access, addresses), ...certificateFaults(access.certificate, access.key)]);
      return {
        type: 'fixed',
        ...reachOf(access, addresses),
        ...(access.insecureSkipTlsVerify ? { insecureSkipTlsVerify: true } : {}),
        credentials: { type: 'client-certificate', certificate: access.certificate, key: access.key },
      };
    case 'oidc': {
      const { issuer, clientId, clientSecret, refreshToken } = access;
      refuse([...reachFaults(access, addresses), ...urlFaults('/access/issuer', issuer, addresses)]);
      return {
        type: 'oidc',
        ...reachOf(access, addresses),
        oidc: { issuer, clientId, refreshToken, ...(clientSecret === undefined ? {} : { clientSecret }) },
      };
    }
    case 'in-cluster':
      return { type: 'in-cluster' };
    case 'simulated':
      return { type: 'simulated', profile: access.profile ?? 'shop' };
    case 'local-context':
      if (!options.localMode)
        throw invalid([
          fault('/access/type', 'local_mode', 'A context of this machine can be used in local mode only.'),
        ]);
      return { type: 'local-context', context: access.context };
  }
}

function fromKubeconfig(
  access: Extract<ClusterAccess, { type: 'kubeconfig' }>,
  addresses: AddressPolicy,
): StoredAccess {
  const kubeconfig = parseKubeconfig(access.kubeconfig, { mode: 'api', addresses });
  const name = access.context ?? kubeconfig.current;
  const context = kubeconfig.contexts.find((candidate) => candidate.name === name);
  if (!context)
    throw invalid([
      fault(
        '/access/context',
        'unknown_context',
        name === undefined
          ? 'The kubeconfig names no current-context; choose one.'
          : `The kubeconfig has no context "${name}".`,
      ),
    ]);
  if (context.refusal) throw pointedInto('/access/kubeconfig', context.refusal);
  const { credentials, impersonate: _, ...reach } = kubeconfig.connectionFor(context.name);
  if (credentials.type === 'token-source')
    throw appError('kubeconfig_refused', 'Credentials that a program or a file gives cannot be used here.');
  return { type: 'fixed', ...reach, credentials, ...(context.namespace ? { namespace: context.namespace } : {}) };
}

/** The pointers of a refusal lead into the kubeconfig; the body has it at `pointer`. */
function pointedInto(pointer: string, refusal: AppError): AppError {
  const details = refusal.details.map((detail) => ({ ...detail, pointer: `${pointer}${detail.pointer}` }));
  return new AppError(refusal.kind, refusal.code, refusal.message, { details, extra: refusal.extra, cause: refusal });
}

type Reach = { server: string; certificateAuthority?: string; tlsServerName?: string };

function reachOf(access: Reach, addresses: AddressPolicy) {
  return {
    server: access.server.trim().replace(/\/+$/, ''),
    addresses,
    ...(access.certificateAuthority ? { certificateAuthority: access.certificateAuthority } : {}),
    ...(access.tlsServerName ? { tlsServerName: access.tlsServerName } : {}),
  };
}

function reachFaults(access: Reach, addresses: AddressPolicy): ErrorDetail[] {
  const faults = urlFaults('/access/server', access.server, addresses);
  if (access.certificateAuthority && !isCertificate(access.certificateAuthority))
    faults.push(fault('/access/certificateAuthority', 'pem', 'This is no PEM certificate.'));
  return faults;
}

/** Credentials in clear text over the network are refused; on this machine an administrator may allow them. */
function urlFaults(pointer: string, text: string, addresses: AddressPolicy): ErrorDetail[] {
  if (!URL.canParse(text.trim())) return [fault(pointer, 'url', 'This is no address such as https://host:6443.')];
  const url = new URL(text.trim());
  if (url.username !== '' || url.password !== '')
    return [fault(pointer, 'url', 'An address must not hold a user name or password.')];
  if (url.search !== '' || url.hash !== '')
    return [fault(pointer, 'url', 'An address must not have a query or fragment.')];
  if (url.protocol === 'https:' || (url.protocol === 'http:' && addresses === 'any')) return [];
  return [fault(pointer, 'url', 'The address must begin with https://.')];
}

function certificateFaults(certificate: string, key: string): ErrorDetail[] {
  if (!isCertificate(certificate)) return [fault('/access/certificate', 'pem', 'This is no PEM certificate.')];
  try {
    if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))) return [];
    return [fault('/access/key', 'pair', 'The key does not belong to the certificate.')];
  } catch {
    return [fault('/access/key', 'pem', 'This is no PEM private key without a passphrase.')];
  }
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}

function refuse(faults: readonly ErrorDetail[]): void {
  if (faults.length > 0) throw invalid(faults);
}

function invalid(details: readonly ErrorDetail[]): Error {
  return appError('invalid_input', details.map((detail) => detail.message).join(' '), { details });
}

function fault(pointer: string, code: string, message: string): ErrorDetail {
  return { pointer, code, message };
}
