import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@pilothouse/core';
import { createSimulatedCluster, type SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { createClusterConnector } from './cluster-connector.ts';
import { createLocalContexts } from './kubeconfig-contexts.ts';
import { createSimulatedClusters } from './simulated-clusters.ts';
import type { StoredAccess } from './stored-access.ts';

let cluster: SimulatedCluster;
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
const simulated = createSimulatedClusters({ clock: systemClock, log: silentLogger });
const connectorWith = (more: Partial<Parameters<typeof createClusterConnector>[0]> = {}) =>
  createClusterConnector({ simulated, clock: systemClock, log: silentLogger, environment: {}, ...more });
const options = { clusterId: 'c', onRefreshToken: async () => {} };
const folderWith = (files: Record<string, string>) => {
  const folder = mkdtempSync(join(tmpdir(), 'ph-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

beforeAll(async () => {
  cluster = createSimulatedCluster({
    controllers: false,
    users: [
      { name: 'ann', token: 'id.token.1' },
      { name: 'file', token: 'file-token' },
    ],
  });
  await cluster.listen(0);
});
afterAll(() => cluster.close());

describe('the service account of a pod', () => {
  const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };

  test('is read from its folder, and its token again when the cluster refuses it', async () => {
    const serviceAccountFolder = folderWith({ 'ca.crt': certificate, token: 'first\n' });
    const { server, credentials } = await connectorWith({ environment, serviceAccountFolder }).resolve(
      { type: 'in-cluster' },
      options,
    );
    expect(server).toBe('https://[fd00::1]:443');
    if (credentials.type !== 'token-source') throw new Error('a token source was expected');
    expect(await credentials.token({ refresh: false })).toBe('first');
    writeFileSync(join(serviceAccountFolder, 'token'), 'second');
    expect(await credentials.token({ refresh: true })).toBe('second');
  });

  test('that is empty is an error, never an anonymous request', async () => {
    const serviceAccountFolder = folderWith({ 'ca.crt': certificate, token: '\n' });
    const { credentials } = await connectorWith({ environment, serviceAccountFolder }).resolve(
      { type: 'in-cluster' },
      options,
    );
    if (credentials.type !== 'token-source') throw new Error('a token source was expected');
    await expect(credentials.token({ refresh: false })).rejects.toMatchObject({ code: 'cluster_unauthorized' });
  });

  test('is nothing outside a pod', async () => {
    await expect(connectorWith().resolve({ type: 'in-cluster' }, options)).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('a context of this machine', () => {
  test('is read with its files, as kubectl reads it', async () => {
    const folder = folderWith({ token: 'file-token' });
    const path = join(folder, 'config');
    writeFileSync(
      path,
      `apiVersion: v1\nkind: Config\ncurrent-context: mine\ncontexts: [{ name: mine, context: { cluster: c, user: u } }]\nclusters: [{ name: c, cluster: { server: "${cluster.url}" } }]\nusers: [{ name: u, user: { tokenFile: token } }]\n`,
    );
    const contexts = createLocalContexts([path]);
    expect(contexts.list(() => undefined)).toEqual([{ name: 'mine', server: cluster.url, user: 'u', current: true }]);
    const connector = connectorWith({ localContext: contexts.connection });
    const client = connector.client(await connector.resolve({ type: 'local-context', context: 'mine' }, options));
    expect((await client.rules('default')).resourceRules.length).toBeGreaterThan(0);
    await client.close();
  });

  test('is refused where there is no local mode', async () => {
    await expect(connectorWith().resolve({ type: 'local-context', context: 'mine' }, options)).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});

describe('tokens of an identity provider', () => {
  let issuer: Server;
  let redirected = false;
  afterEach(() => new Promise((resolve) => issuer.close(resolve)));

  async function startIssuer(answer: 'tokens' | 'redirect'): Promise<string> {
    issuer = createServer((request, response) => {
      const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
      if (request.url === '/elsewhere') redirected = true;
      if (answer === 'redirect') return response.writeHead(302, { location: `${url}/elsewhere` }).end();
      if (request.url === '/.well-known/openid-configuration')
        return response.end(JSON.stringify({ issuer: url, token_endpoint: `${url}/token` }));
      return response.end(JSON.stringify({ id_token: 'id.token.1', refresh_token: 'refresh-2', expires_in: 300 }));
    });
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(issuer.address() as AddressInfo).port}`;
  }

  const accessWith = (url: string, addresses: 'any' | 'public'): StoredAccess => ({
    type: 'oidc',
    server: cluster.url,
    addresses,
    oidc: { issuer: url, clientId: 'pilothouse', refreshToken: 'refresh-1' },
  });

  test('open the cluster, and the rotated refresh token is kept', async () => {
    const kept: string[] = [];
    const connector = connectorWith();
    const connection = await connector.resolve(accessWith(await startIssuer('tokens'), 'any'), {
      ...options,
      onRefreshToken: async (next) => void kept.push(next),
    });
    const client = connector.client(connection);
    expect((await client.rules('default')).resourceRules.length).toBeGreaterThan(0);
    expect(kept).toEqual(['refresh-2']);
    await client.close();
  });

  test('are not fetched from an address that a cluster could not have either', async () => {
    const { credentials } = await connectorWith().resolve(
      accessWith((await startIssuer('tokens')).replace('http:', 'https:'), 'public'),
      options,
    );
    if (credentials.type !== 'token-source') throw new Error('a token source was expected');
    await expect(credentials.token({ refresh: false })).rejects.toMatchObject({ code: 'address_refused' });
  });

  test('are not fetched through a redirect', async () => {
    const { credentials } = await connectorWith().resolve(accessWith(await startIssuer('redirect'), 'any'), options);
    if (credentials.type !== 'token-source') throw new Error('a token source was expected');
    await expect(credentials.token({ refresh: false })).rejects.toMatchObject({ code: 'cluster_unauthorized' });
    expect(redirected).toBe(false);
  });
});
