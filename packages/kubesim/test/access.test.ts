import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { selfSignedCertificate } from '../src/access/self-signed-certificate.ts';
import { createSimulatedCluster, type SimulatedCluster } from '../src/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';

describe('access', () => {
  let cluster: SimulatedCluster;
  let api: ApiClient;
  const as = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

  beforeAll(async () => {
    cluster = createSimulatedCluster({
      controllers: false,
      users: [
        { name: 'admin', token: 'admin-token' },
        {
          name: 'viewer',
          groups: ['viewers'],
          token: 'viewer-token',
          rules: [
            { verbs: ['get', 'list', 'watch'], apiGroups: ['', 'apps'], resources: ['*'], namespaces: ['default'] },
            { verbs: ['get'], apiGroups: [''], resources: ['nodes'], resourceNames: ['n1'] },
            { verbs: ['update'], apiGroups: ['apps'], resources: ['deployments/scale'] },
          ],
        },
      ],
    });
    await cluster.listen();
    api = createApiClient(cluster);
  });

  afterAll(() => cluster.close());

  it('needs a token that is known', async () => {
    expect((await api.get('/api/v1/pods')).body).toMatchObject({ code: 401, reason: 'Unauthorized' });
    expect((await api.get('/api/v1/pods', as('guess'))).code).toBe(401);
    expect((await api.get('/api/v1/pods', as('admin-token'))).code).toBe(200);
  });

  it.each([
    ['/api/v1/namespaces/default/pods', 200],
    ['/apis/apps/v1/namespaces/default/deployments', 200],
    ['/api/v1/pods', 403],
    ['/api/v1/namespaces/kube-system/pods', 403],
    ['/apis/batch/v1/namespaces/default/jobs', 403],
    ['/api/v1/nodes', 403],
    ['/api/v1/nodes/n1', 404],
    ['/api/v1/nodes/n2', 403],
    ['/apis', 200],
    ['/version', 200],
    ['/metrics', 403],
  ])('of a viewer to %s is %i', async (path, code) => {
    expect((await api.get(path, as('viewer-token'))).code).toBe(code);
  });

  it('says who was refused what', async () => {
    const { body } = await api.post('/api/v1/namespaces/default/pods', {}, as('viewer-token'));
    expect(body).toMatchObject({
      reason: 'Forbidden',
      message:
        'pods is forbidden: User "viewer" cannot create resource "pods" in API group "" in the namespace "default"',
    });
  });

  it('is reviewed: one question, all rules, oneself', async () => {
    const ask = async (resourceAttributes: object) => {
      const review = {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      };
      const answer = await api.post(
        '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
        review,
        as('viewer-token'),
      );
      return answer.body.status.allowed;
    };
    expect(await ask({ verb: 'list', resource: 'pods', namespace: 'default' })).toBe(true);
    expect(await ask({ verb: 'list', resource: 'pods' })).toBe(false);
    expect(await ask({ verb: 'update', group: 'apps', resource: 'deployments', subresource: 'scale' })).toBe(true);
    expect(await ask({ verb: 'update', group: 'apps', resource: 'deployments' })).toBe(false);
    const rules = await api.post(
      '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      { spec: { namespace: 'default' } },
      as('viewer-token'),
    );
    expect(rules.body.status).toMatchObject({
      incomplete: false,
      resourceRules: expect.arrayContaining([expect.objectContaining({ verbs: ['get', 'list', 'watch'] })]),
    });
    const self = await api.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, as('viewer-token'));
    expect(self.body.status.userInfo).toEqual({ username: 'viewer', groups: ['viewers'] });
    const token = await api.post(
      '/apis/authentication.k8s.io/v1/tokenreviews',
      { spec: { token: 'viewer-token' } },
      as('admin-token'),
    );
    expect(token.body.status).toMatchObject({ authenticated: true, user: { username: 'viewer' } });
  });
});

describe('HTTPS', () => {
  it('serves with a certificate of its own, which its kubeconfig trusts', async () => {
    const cluster = createSimulatedCluster({ controllers: false, tls: true });
    const url = await cluster.listen();
    const config = parse(cluster.kubeconfig()) as { clusters: { cluster: { 'certificate-authority-data': string } }[] };
    const ca = Buffer.from(config.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
    const code = await new Promise((resolve, reject) => {
      request(`${url}/version`, { ca }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(url).toMatch(/^https:/);
    expect(code).toBe(200);
    await cluster.close();
  });

  it('makes certificates that verify, with their names and times', () => {
    const now = Date.UTC(2026, 0, 2);
    const made = new X509Certificate(selfSignedCertificate({ now, days: 30 }).certificate);
    expect(made.verify(made.publicKey)).toBe(true);
    expect(made.ca).toBe(true);
    expect(made.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(made.checkHost('localhost')).toBe('localhost');
    expect(Date.parse(made.validFrom)).toBe(Date.UTC(2026, 0, 1));
    expect(Date.parse(made.validTo)).toBe(Date.UTC(2026, 1, 1));
  });
});
