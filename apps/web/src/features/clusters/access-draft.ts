import type { ClusterAccess } from '@pilothouse/contract';

export type Means = ClusterAccess['type'];

/** One form for every means that needs an address; what a means does not take is left out of the request. */
export type AccessDraft = {
  server: string;
  certificateAuthority: string;
  token: string;
  certificate: string;
  key: string;
  namespace: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  tlsServerName: string;
  insecureSkipTlsVerify: boolean;
  profile: 'shop' | 'staging' | 'empty';
};

export const emptyDraft: AccessDraft = {
  server: '',
  certificateAuthority: '',
  token: '',
  certificate: '',
  key: '',
  namespace: '',
  issuer: '',
  clientId: '',
  clientSecret: '',
  refreshToken: '',
  tlsServerName: '',
  insecureSkipTlsVerify: false,
  profile: 'shop',
};

/** The fields of each means, in the order they are asked for; those with a `?` may stay empty. */
export const draftFields = {
  token: ['server', 'token', 'certificateAuthority?', 'tlsServerName?', 'insecureSkipTlsVerify?'],
  'client-certificate': [
    'server',
    'certificate',
    'key',
    'certificateAuthority?',
    'tlsServerName?',
    'insecureSkipTlsVerify?',
  ],
  'service-account': ['server', 'token', 'namespace?', 'certificateAuthority?', 'tlsServerName?'],
  oidc: ['server', 'issuer', 'clientId', 'clientSecret?', 'refreshToken', 'certificateAuthority?', 'tlsServerName?'],
  'in-cluster': [],
  simulated: ['profile'],
} as const satisfies Partial<Record<Means, readonly (keyof AccessDraft | `${keyof AccessDraft}?`)[]>>;

export type FormMeans = keyof typeof draftFields;

export function isFormMeans(means: string): means is FormMeans {
  return Object.hasOwn(draftFields, means);
}

export function fieldName(field: string): keyof AccessDraft {
  return field.replace('?', '') as keyof AccessDraft;
}

/** The fields that must still be filled in. */
export function missingFields(means: FormMeans, draft: AccessDraft): (keyof AccessDraft)[] {
  return draftFields[means]
    .filter((field) => !field.endsWith('?'))
    .map(fieldName)
    .filter((field) => draft[field] === '');
}

export function accessOf(means: FormMeans, draft: AccessDraft): ClusterAccess {
  const given = draftFields[means]
    .map(fieldName)
    .filter((field) => draft[field] !== '' && draft[field] !== false)
    .map((field) => [field, draft[field]]);
  return { type: means, ...Object.fromEntries(given) } as ClusterAccess;
}

/** A name that the API takes, from a context's: `arn:aws:eks:…/prod_EU` becomes `prod-eu`. */
export function suggestName(context: string, taken: readonly string[]): string {
  const last = context.split('/').at(-1) ?? context;
  const base = last
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '-')
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
    .slice(0, 60);
  const name = base || 'cluster';
  if (!taken.includes(name)) return name;
  for (let number = 2; ; number += 1) if (!taken.includes(`${name}-${number}`)) return `${name}-${number}`;
}

export const clusterNamePattern = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
