import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as rawRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allRoutes } from '@pilothouse/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createMetrics } from '../telemetry/metrics.ts';
import { mountOperations } from '../telemetry/operations-routes.ts';
import { mountApiExplorer } from './api-explorer.ts';
import { createClientAddress } from './client-address.ts';
import { openApiDocument } from './openapi.ts';
import { createTestAccess, createTestPrincipal, startTestHttp, type TestHttp } from './test-http.ts';
import { createWebApp } from './web-app.ts';

let http: TestHttp;
let folder: string;
let failing: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pilothouse-web-'));
  mkdirSync(join(folder, 'dist/assets'), { recursive: true });
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  writeFileSync(join(folder, 'dist/index.html'), '<!doctype html><title>App</title>');
  writeFileSync(join(folder, 'dist/assets/main-abc123.js'), `console.log(1);${' '.repeat(5000)}`);
  writeFileSync(join(folder, 'dist/icon.svg'), '<svg/>');
  failing = undefined;
  const access = createTestAccess([createTestPrincipal('alice'), createTestPrincipal('forbidden')]);
  http = await startTestHttp({
    access,
    routes: [],
    prepare(server) {
      server.setFallback(createWebApp(join(folder, 'dist')));
      mountApiExplorer(server.app, { routes: allRoutes, version: '1.2.3' });
      const database = async () => {
        if (failing) throw new Error(failing);
      };
      mountOperations(server.app, {
        metrics: createMetrics(),
        metricsAccess: 'token',
        access,
        checks: [{ name: 'database', check: database }],
        deadline: 100,
      });
    },
  });
});
afterEach(async () => {
  await http.server.close(100);
  rmSync(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}) => fetch(http.url + path, { headers });

function statusOfRawPath(path: string): Promise<{ status: number; text: string }> {
  const { port } = new URL(http.url);
  return new Promise((resolve, reject) => {
    rawRequest({ port, path }, async (answer) =>
      resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(await Array.fromAsync(answer)).toString() }),
    )
      .on('error', reject)
      .end();
  });
}

describe('the web app', () => {
  it.each(['/', '/clusters/prod/pods?x=1', '/clusters/prod/pods/my.pod'])(
    'is one page for every view: %s',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain('<title>App</title>');
      expect(answer.headers.get('cache-control')).toBe('no-cache');
      const policy = answer.headers.get('content-security-policy') ?? '';
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toMatch(/script-src[^;]*unsafe/);
      expect(policy).toContain("frame-ancestors 'none'");
    },
  );

  it('keeps hashed files for ever, compressed once, and knows a version by its tag', async () => {
    const answer = await get('/assets/main-abc123.js', { 'accept-encoding': 'gzip, br' });
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(answer.headers.get('content-encoding')).toBe('br');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await answer.text()).toContain('console.log(1)');
    const etag = answer.headers.get('etag') ?? '';
    expect((await get('/assets/main-abc123.js', { 'accept-encoding': 'br', 'if-none-match': etag })).status).toBe(304);
    const head = await fetch(`${http.url}/assets/main-abc123.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'identity' },
    });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '5015']);
  });

  it.each(['/assets/none.js', '/api/v1/none', '/api', '/ws/none', '/ws'])('has nothing at %s', async (path) => {
    const answer = await get(path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
  });

  it.each([
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/assets/..%2f..%2f..%2fsecret.txt',
    '/..%5csecret.txt',
    '/%',
    '/%00',
  ])('leads nowhere else: %s', async (path) => {
    const { text } = await statusOfRawPath(path);
    expect(text).not.toContain('secret\n');
    expect(text === 'secret').toBe(false);
  });
});

describe('the API explorer', () => {
  it('shows every operation of the contract as OpenAPI 3.1', async () => {
    const document = (await (await get('/api/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(ids.toSorted()).toEqual(allRoutes.map(({ id }) => id).toSorted());
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument(allRoutes, { version: '1.2.3' }))));
    for (const path of Object.keys(document.paths)) expect(path).not.toContain(':');
  });

  it('is served from here, with nothing inline', async () => {
    const page = await get('/api/docs');
    const html = await page.text();
    expect(html).not.toMatch(/<script>|<style>| on\w+=|https?:/);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    for (const [, path] of html.matchAll(/(?:src|href)="([^"]+)"/g))
      expect((await get(path ?? '')).status, path).toBe(200);
    expect((await get('/api/docs/..%2fpackage.json')).status).toBe(404);
    expect((await get('/api/docs/constructor')).status).toBe(404);
  });
});

describe('operations', () => {
  it('tell whether the process lives and whether it can serve', async () => {
    expect(await (await get('/healthz')).json()).toEqual({ status: 'ok' });
    expect((await get('/readyz')).status).toBe(200);
    failing = 'it is away';
    const answer = await get('/readyz');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toEqual({
      status: 'not ready',
      checks: [{ name: 'database', status: 'failing', reason: 'it is away' }],
    });
    expect((await get('/healthz')).status).toBe(200);
  });

  it('show metrics to who may read them', async () => {
    expect((await get('/metrics')).status).toBe(401);
    expect((await get('/metrics', { authorization: 'Bearer forbidden' })).status).toBe(403);
    const answer = await get('/metrics', { authorization: 'Bearer alice' });
    expect(await answer.text()).toContain('nodejs_eventloop_lag_seconds');
  });
});

describe('the address of a client', () => {
  const addressOf = (peer: string, forwarded: string | undefined, proxies: string[]) =>
    createClientAddress(proxies)({
      socket: { remoteAddress: peer },
      headers: { 'x-forwarded-for': forwarded },
    } as never);

  it.each([
    ['10.0.0.1', '203.0.113.1', [], '10.0.0.1'],
    ['10.0.0.1', '203.0.113.1', ['10.0.0.0/8'], '203.0.113.1'],
    ['10.0.0.1', '198.51.100.9, 203.0.113.1', ['10.0.0.0/8'], '203.0.113.1'],
    ['10.0.0.1', '203.0.113.1, 10.0.0.2', ['10.0.0.0/8'], '203.0.113.1'],
    ['10.0.0.1', 'nonsense', ['10.0.0.0/8'], '10.0.0.1'],
    ['10.0.0.1', undefined, ['10.0.0.0/8'], '10.0.0.1'],
    ['192.0.2.1', '203.0.113.1', ['10.0.0.0/8'], '192.0.2.1'],
  ])('from %s forwarded for %s by %o is %s', (peer, forwarded, proxies, address) => {
    expect(addressOf(peer, forwarded, proxies)).toBe(address);
  });
});
