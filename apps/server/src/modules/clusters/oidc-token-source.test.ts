import { describe, expect, test } from 'vitest';
import { createOidcTokenSource, type GuardedRequest, type OidcAccess } from './oidc-token-source.ts';

const issuer = 'https://id.example.org/realm';
const access: OidcAccess = { issuer, clientId: 'pilothouse', refreshToken: 'refresh-1' };
const tokenUntil = (seconds: number, id = 'a') =>
  `h.${Buffer.from(JSON.stringify({ exp: seconds, id })).toString('base64url')}.s`;

function provider(answers: { document?: object; token?: () => { status: number; body: object } }) {
  const posted: URLSearchParams[] = [];
  const headers: (Record<string, string> | undefined)[] = [];
  const request: GuardedRequest = async (url, init) => {
    if (init.method === 'GET') {
      expect(url).toBe(`${issuer}/.well-known/openid-configuration`);
      return { status: 200, body: JSON.stringify(answers.document ?? { issuer, token_endpoint: `${issuer}/token` }) };
    }
    expect(url).toBe(`${issuer}/token`);
    posted.push(new URLSearchParams(init.body));
    headers.push(init.headers);
    const { status, body } = answers.token?.() ?? { status: 200, body: { id_token: tokenUntil(1000) } };
    return { status, body: JSON.stringify(body) };
  };
  return { request, posted, headers };
}

function source(options: Parameters<typeof provider>[0], given: OidcAccess = access) {
  const { request, posted, headers } = provider(options);
  let now = 0;
  const rotated: string[] = [];
  const token = createOidcTokenSource({
    access: given,
    request,
    clock: { now: () => now, sleep: () => Promise.resolve() },
    onRefreshToken: async (next) => void rotated.push(next),
  });
  return { token, posted, headers, rotated, at: (milliseconds: number) => (now = milliseconds) };
}

describe('a token from a refresh token', () => {
  test('is used until shortly before it runs out, then renewed', async () => {
    const { token, posted, at } = source({});
    await token({ refresh: false });
    await token({ refresh: false });
    expect(posted).toHaveLength(1);
    at(950_000);
    await token({ refresh: false });
    expect(posted).toHaveLength(2);
    expect(posted[0]?.get('grant_type')).toBe('refresh_token');
  });

  test('is renewed at once after the cluster refused it, and only once for many askers', async () => {
    const { token, posted } = source({});
    await token({ refresh: false });
    await Promise.all([token({ refresh: true }), token({ refresh: true }), token({ refresh: true })]);
    expect(posted).toHaveLength(2);
  });

  test('keeps a refresh token that the provider rotated, and uses it from then on', async () => {
    const { token, posted, rotated } = source({
      token: () => ({
        status: 200,
        body: { id_token: tokenUntil(1000), refresh_token: `refresh-${posted.length + 1}` },
      }),
    });
    await token({ refresh: true });
    await token({ refresh: true });
    expect(rotated).toEqual(['refresh-2', 'refresh-3']);
    expect(posted.map((form) => form.get('refresh_token'))).toEqual(['refresh-1', 'refresh-2']);
  });

  test('sends a client secret in the header, encoded as RFC 6749 wants it, and never in the form', async () => {
    const { token, headers, posted } = source({}, { ...access, clientId: 'a:b', clientSecret: 's/ü' });
    await token({ refresh: false });
    expect(Buffer.from(headers[0]?.authorization?.slice(6) ?? '', 'base64').toString()).toBe('a%3Ab:s%2F%C3%BC');
    expect(posted[0]?.has('client_secret')).toBe(false);
  });

  test.each([
    ['a refusal', { token: () => ({ status: 400, body: { error: 'invalid_grant' } }) }, /invalid_grant/],
    ['an answer without id_token', { token: () => ({ status: 200, body: { access_token: 'x' } }) }, /id_token/],
    [
      'the document of another issuer',
      { document: { issuer: 'https://evil.example', token_endpoint: 'https://evil.example' } },
      /another issuer/,
    ],
    ['a document without an endpoint', { document: { issuer } }, /discovery document/],
  ])('fails as unauthorized for %s', async (_name, options, message) => {
    const { token } = source(options);
    await expect(token({ refresh: false })).rejects.toMatchObject({
      code: 'cluster_unauthorized',
      message: expect.stringMatching(message),
    });
  });
});
