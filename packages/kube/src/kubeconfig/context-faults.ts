import { type AppError, appError, type ErrorDetail, isAppError } from '@pilothouse/core';
import { checkLiteralHost } from '../client/address-check.ts';
import type { AddressPolicy } from '../kube-client.ts';
import { detail, type NamedEntry } from './kubeconfig-document.ts';

/** What an uploaded kubeconfig may not use: it would run commands, read files or reach addresses in the server's name. */
const refusedClusterFields: Readonly<Record<string, string>> = {
  'certificate-authority': 'A path of a file: put the certificate itself into certificate-authority-data.',
  'proxy-url': 'A proxy chosen by the kubeconfig.',
};
const refusedUserFields: Readonly<Record<string, string>> = {
  exec: 'A command to run. Use a service-account token or a client certificate instead.',
  'auth-provider': 'A sign-in plugin. Use a service-account token or a client certificate instead.',
  tokenFile: 'A path of a file: put the token itself into token.',
  'client-certificate': 'A path of a file: put the certificate itself into client-certificate-data.',
  'client-key': 'A path of a file: put the key itself into client-key-data.',
  username: 'A user name and password (basic authentication).',
  password: 'A user name and password (basic authentication).',
  as: 'Impersonation chosen by the kubeconfig.',
  'as-groups': 'Impersonation chosen by the kubeconfig.',
  'as-uid': 'Impersonation chosen by the kubeconfig.',
  'as-user-extra': 'Impersonation chosen by the kubeconfig.',
};

export type UploadRules = { addresses: AddressPolicy; allowInsecureTls: boolean };

/** Why a context of an uploaded kubeconfig is refused, if it is: `kubeconfig_refused`, or `address_refused` for its server. */
export function uploadRefusal(
  cluster: NamedEntry,
  user: NamedEntry | undefined,
  rules: UploadRules,
): AppError | undefined {
  const details = [
    ...refusedIn(cluster, refusedClusterFields),
    ...insecureTls(cluster, rules),
    ...plainHttp(cluster, rules),
    ...(user ? refusedIn(user, refusedUserFields) : []),
  ];
  if (details.length > 0) {
    const fields = details.map(({ pointer }) => pointer.slice(pointer.lastIndexOf('/') + 1));
    return appError(
      'kubeconfig_refused',
      `The kubeconfig uses ${[...new Set(fields)].join(', ')}, which is refused here.`,
      {
        details,
      },
    );
  }
  return addressRefusal(cluster, rules.addresses);
}

function refusedIn(entry: NamedEntry, refused: Readonly<Record<string, string>>): ErrorDetail[] {
  return Object.entries(refused)
    .filter(([field]) => isSet(entry.fields[field]))
    .map(([field, why]) => detail(`${entry.pointer}/${field}`, 'refused', why));
}

function insecureTls({ fields, pointer }: NamedEntry, rules: UploadRules): ErrorDetail[] {
  if (rules.allowInsecureTls || !isSet(fields['insecure-skip-tls-verify'])) return [];
  return [detail(`${pointer}/insecure-skip-tls-verify`, 'refused', 'TLS without checking the server.')];
}

/** Credentials in clear text over a network; an administrator who allows any address may reach a plain port of this machine. */
function plainHttp({ fields, pointer }: NamedEntry, rules: UploadRules): ErrorDetail[] {
  const plain = typeof fields.server === 'string' && /^\s*http:/i.test(fields.server);
  return plain && rules.addresses === 'public' ? [detail(`${pointer}/server`, 'refused', 'A server without TLS.')] : [];
}

function addressRefusal({ fields }: NamedEntry, addresses: AddressPolicy): AppError | undefined {
  if (typeof fields.server !== 'string' || !URL.canParse(fields.server)) return undefined;
  try {
    checkLiteralHost(new URL(fields.server).hostname, addresses);
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  return undefined;
}

function isSet(value: unknown): boolean {
  return (
    value !== undefined &&
    value !== null &&
    value !== false &&
    value !== '' &&
    !(Array.isArray(value) && value.length === 0)
  );
}
