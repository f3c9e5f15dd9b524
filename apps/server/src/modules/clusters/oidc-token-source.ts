import { appError, type Clock } from '@pilothouse/core';

export type OidcAccess = { issuer: string; clientId: string; clientSecret?: string; refreshToken: string };

/** GET and POST of JSON to an address that was checked and pinned as a cluster's is; never follows a redirect. */
export type GuardedRequest = (
  url: string,
  init: { method: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
) => Promise<{ status: number; body: string }>;

export type OidcTokenSourceDeps = {
  access: OidcAccess;
  request: GuardedRequest;
  clock: Clock;
  /** A provider that rotates refresh tokens gives a new one with each use; the old one is dead from then on. */
  onRefreshToken(refreshToken: string): Promise<void>;
};

/** Renew this long before the token runs out, so that a request under way does not meet its end. */
const leeway = 60_000;

/** Bearer tokens for a cluster from a refresh token (RFC 6749, 6; discovery by OpenID Connect Discovery 1.0). One request at a time. */
export function createOidcTokenSource(deps: OidcTokenSourceDeps): (options: { refresh: boolean }) => Promise<string> {
  const { access, request, clock, onRefreshToken } = deps;
  let refreshToken = access.refreshToken;
  let endpoint: string | undefined;
  let held: { token: string; expiresAt: number } | undefined;
  let running: Promise<string> | undefined;

  async function tokenEndpoint(): Promise<string> {
    if (endpoint) return endpoint;
    const url = `${access.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await request(url, { method: 'GET' });
    const document = objectOf(answer.body);
    if (answer.status !== 200 || typeof document.token_endpoint !== 'string')
      throw issuerFault(`The issuer's discovery document cannot be read (HTTP ${answer.status})`);
    if (document.issuer !== access.issuer && document.issuer !== `${access.issuer}/`)
      throw issuerFault('The discovery document is that of another issuer');
    endpoint = document.token_endpoint;
    return endpoint;
  }

  async function renew(): Promise<string> {
    const url = await tokenEndpoint();
    const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
    const headers: Record<string, string> = {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    };
    if (access.clientSecret === undefined) form.set('client_id', access.clientId);
    else headers.authorization = basic(access.clientId, access.clientSecret);
    const answer = await request(url, { method: 'POST', headers, body: form.toString() });
    const body = objectOf(answer.body);
    if (answer.status !== 200) {
      const reason = typeof body.error === 'string' ? body.error.slice(0, 100) : `HTTP ${answer.status}`;
      throw appError('cluster_unauthorized', `The identity provider refused the refresh token: ${reason}`);
    }
    const token = body.id_token;
    if (typeof token !== 'string')
      throw issuerFault('The identity provider gave no id_token; ask for the scope "openid"');
    if (typeof body.refresh_token === 'string' && body.refresh_token !== refreshToken) {
      refreshToken = body.refresh_token;
      await onRefreshToken(refreshToken);
    }
    held = { token, expiresAt: expiryOf(token, body.expires_in, clock.now()) };
    return token;
  }

  return async ({ refresh }) => {
    if (!refresh && held && clock.now() < held.expiresAt - leeway) return held.token;
    running ??= renew().finally(() => {
      running = undefined;
    });
    return running;
  };
}

function basic(clientId: string, clientSecret: string): string {
  const pair = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

/** `exp` of the token itself, as far as it can be read; the cluster is the one who checks the signature. */
function expiryOf(token: string, expiresIn: unknown, now: number): number {
  const claims = objectOf(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
  if (typeof claims.exp === 'number') return claims.exp * 1000;
  return now + (typeof expiresIn === 'number' ? expiresIn * 1000 : 5 * 60_000);
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
}

function issuerFault(message: string): Error {
  return appError('cluster_unauthorized', message);
}
