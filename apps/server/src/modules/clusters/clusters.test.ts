import { createServer } from 'node:net';
import { type BodyOf, clusterRoutes, resourceRoutes } from '@pilothouse/contract';
import { isAppError } from '@pilothouse/core';
import type { SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { grantOn, startTestRig, type TestRig } from '../resources/test-rig.ts';

let rig: TestRig;
let one: { id: string; cluster: SimulatedCluster };
const token = 'a-very-secret-token';

beforeAll(async () => {
  rig = await startTestRig();
  one = await rig.addCluster('one', { users: [{ name: 'robot', groups: ['system:masters'], token }] });
});
afterAll(() => rig.stop());

type Registration = BodyOf<typeof clusterRoutes.createCluster>;

const register = (body: Partial<Registration> & Pick<Registration, 'access'>, person = 'admin') =>
  rig
    .client(person)
    .call(clusterRoutes.createCluster, { body: { name: `c-${Math.random().toString(36).slice(2)}`, ...body } });
const read = (cluster: string, person = 'admin') =>
  rig.client(person).call(clusterRoutes.getCluster, { params: { cluster } });
const eventTypes = async (id: string) =>
  (await rig.events.list({ limit: 100, subject: `cluster/${id}` })).map((event) => event.type).reverse();
const failure = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (isAppError(error)) return error;
    throw error;
  }
  throw new Error('It should have failed.');
};

const kubeconfig = (cluster: string, user: string) => `
apiVersion: v1
kind: Config
current-context: main
contexts: [{ name: main, context: { cluster: c, user: u } }]
clusters: [{ name: c, cluster: { ${cluster} } }]
users: [{ name: u, user: { ${user} } }]
`;

describe('registering a cluster', () => {
  test('makes it readable with its facts, and the first one the default', async () => {
    expect(await read('one')).toMatchObject({
      id: one.id,
      name: 'one',
      default: true,
      role: 'admin',
      accessType: 'kubeconfig',
      connection: { state: 'connected' },
      facts: { provider: 'simulated', kinds: expect.any(Number) },
      resourceVersion: '1',
    });
    expect(await eventTypes(one.id)).toEqual([
      'cluster.registered',
      'cluster.connectionChanged',
      'cluster.factsChanged',
    ]);
  });

  test('by token, and not with a wrong one', async () => {
    const server = one.cluster.url;
    expect(await register({ access: { type: 'token', server, token }, allowPrivateAddress: true })).toMatchObject({
      accessType: 'token',
      server,
      connection: { state: 'connected' },
    });
    expect(
      await failure(register({ access: { type: 'token', server, token: 'wrong' }, allowPrivateAddress: true })),
    ).toMatchObject({
      code: 'cluster_unauthorized',
      extra: {
        test: {
          ok: false,
          steps: expect.arrayContaining([
            expect.objectContaining({ name: 'credentials', ok: false, hint: expect.any(String) }),
          ]),
        },
      },
    });
  });

  test('that fails its test is registered only when forced', async () => {
    const access = { type: 'token', server: 'http://127.0.0.1:9', token } as const;
    expect(await failure(register({ access, allowPrivateAddress: true }))).toMatchObject({
      code: 'cluster_unreachable',
    });
    expect(await register({ access, allowPrivateAddress: true, force: true })).toMatchObject({
      connection: { state: 'unreachable', error: { code: 'cluster_unreachable' } },
    });
  });

  test('refuses a second one of a name, and a name that reads as an id', async () => {
    const access = { type: 'token', server: one.cluster.url, token } as const;
    expect(await failure(register({ name: 'one', access, allowPrivateAddress: true }))).toMatchObject({
      code: 'already_exists',
    });
    expect(await failure(register({ name: one.id, access, allowPrivateAddress: true }))).toMatchObject({
      code: 'invalid_input',
    });
  });

  test('is for administrators of the installation', async () => {
    rig.person('clara', grantOn(one.id, 'admin'));
    const access = { type: 'in-cluster' } as const;
    expect(await failure(register({ access }, 'clara'))).toMatchObject({ code: 'permission_denied' });
  });

  test('in-cluster never falls back to anything outside a pod', async () => {
    expect(await failure(register({ access: { type: 'in-cluster' } }))).toMatchObject({
      kind: expect.stringMatching(/not-found|unavailable/),
    });
    expect(
      await failure(
        register({ access: { type: 'token', server: one.cluster.url, token: '   ' }, allowPrivateAddress: true }),
      ),
    ).toMatchObject({ code: 'invalid_input' });
  });

  test('by a context of this machine is refused outside local mode', async () => {
    expect(await failure(register({ access: { type: 'local-context', context: 'x' } }))).toMatchObject({
      code: 'invalid_input',
      details: [{ pointer: '/access/type' }],
    });
  });
});

describe('a hostile kubeconfig', () => {
  const server = 'server: "https://203.0.113.7:6443"';
  test.each([
    [
      'runs a command',
      kubeconfig(server, 'exec: { apiVersion: client.authentication.k8s.io/v1, command: touch, args: [/tmp/owned] }'),
      'kubeconfig_refused',
      '/access/kubeconfig/users/0/user/exec',
    ],
    [
      'reads a token file',
      kubeconfig(server, 'tokenFile: /etc/shadow'),
      'kubeconfig_refused',
      '/access/kubeconfig/users/0/user/tokenFile',
    ],
    [
      'reads a certificate file',
      kubeconfig(`${server}, certificate-authority: /etc/shadow`, 'token: x'),
      'kubeconfig_refused',
      '/access/kubeconfig/clusters/0/cluster/certificate-authority',
    ],
    [
      'sends everything through a proxy',
      kubeconfig(`${server}, proxy-url: "http://203.0.113.9"`, 'token: x'),
      'kubeconfig_refused',
      '/access/kubeconfig/clusters/0/cluster/proxy-url',
    ],
    [
      'uses an auth provider',
      kubeconfig(server, 'auth-provider: { name: gcp }'),
      'kubeconfig_refused',
      '/access/kubeconfig/users/0/user/auth-provider',
    ],
    [
      'impersonates',
      kubeconfig(server, 'token: x, as: root'),
      'kubeconfig_refused',
      '/access/kubeconfig/users/0/user/as',
    ],
    [
      'asks a metadata service',
      kubeconfig('server: "https://169.254.169.254"', 'token: x'),
      'address_refused',
      undefined,
    ],
    [
      'asks a metadata service in disguise',
      kubeconfig('server: "https://[::ffff:169.254.169.254]"', 'token: x'),
      'address_refused',
      undefined,
    ],
    ['asks this machine', kubeconfig('server: "https://127.0.0.1:6443"', 'token: x'), 'address_refused', undefined],
    [
      'asks this machine by name',
      kubeconfig('server: "https://localhost:6443"', 'token: x'),
      'address_refused',
      undefined,
    ],
    ['is none', 'not: [a kubeconfig', 'invalid_kubeconfig', undefined],
  ])('that %s is refused', async (_name, text, code, pointer) => {
    const error = await failure(register({ access: { type: 'kubeconfig', kubeconfig: text } }));
    expect(error.code).toBe(code);
    if (pointer) expect(error.details.map((detail) => detail.pointer)).toContain(pointer);
  });

  test('lists its contexts, each with why it is refused', async () => {
    const { items } = await rig
      .client()
      .call(clusterRoutes.listContexts, { body: { kubeconfig: kubeconfig(server, 'exec: { command: x }') } });
    expect(items).toEqual([
      expect.objectContaining({ name: 'main', current: true, refusal: expect.stringContaining('exec') }),
    ]);
  });
});

describe('the connection test', () => {
  const testAccess = (server: string, more = {}) =>
    rig.client().call(clusterRoutes.testAccess, {
      body: { access: { type: 'token', server, token, ...more } as never, allowPrivateAddress: true },
    });
  const outcome = async (server: string) => {
    const result = await testAccess(server);
    const failed = result.steps.find((step) => !step.ok);
    return [result.ok, failed?.name, failed?.code];
  };

  test('passes step by step, and says what we may do', async () => {
    const result = await testAccess(one.cluster.url);
    expect(result.steps.map((step) => [step.name, step.ok])).toEqual([
      ['address', true],
      ['reachable', true],
      ['credentials', true],
      ['version', true],
      ['permissions', true],
    ]);
    expect(result).toMatchObject({ ok: true, latencyMs: expect.any(Number), permissions: { everything: true } });
  });

  test('stops where it fails', async () => {
    const { faults, url } = one.cluster;
    expect(await outcome('http://127.0.0.1:9')).toEqual([false, 'reachable', 'cluster_unreachable']);
    faults.set([{ status: 401 }]);
    expect(await outcome(url)).toEqual([false, 'credentials', 'cluster_unauthorized']);
    faults.set([{ redirect: 'http://169.254.169.254/' }]);
    expect(await outcome(url)).toEqual([false, 'version', 'cluster_bad_answer']);
    faults.set([{ halfJson: true }]);
    expect((await outcome(url))[0]).toBe(false);
    faults.set([{ status: 500 }]);
    expect(await outcome(url)).toEqual([false, 'version', 'cluster_error']);
    faults.clear();
  });

  test('gives up on an address that never answers', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as { port: number };
    expect(await outcome(`http://127.0.0.1:${port}`)).toEqual([false, 'reachable', 'cluster_timeout']);
    silent.close();
  });

  test('refuses an address before anything is sent to it', async () => {
    const result = await rig.client().call(clusterRoutes.testAccess, {
      body: { access: { type: 'token', server: 'https://169.254.169.254', token } },
    });
    expect(result).toMatchObject({ ok: false, steps: [{ name: 'address', ok: false, code: 'address_refused' }] });
  });
});

describe('a registered cluster', () => {
  test('is found by name and by id, and nothing else is found in its place', async () => {
    expect((await read(one.id)).name).toBe('one');
    for (const cluster of ['three', 'ONE', '..', 'default'])
      expect(await failure(read(cluster))).toMatchObject({ code: 'not_found' });
    rig.person('stranger');
    expect(await failure(read('one', 'stranger'))).toMatchObject({ code: 'not_found' });
  });

  test('is changed only by who saw its last version', async () => {
    const two = await rig.addCluster('two');
    const update = (ifMatch: string, body: BodyOf<typeof clusterRoutes.updateCluster>) =>
      rig
        .client()
        .call(clusterRoutes.updateCluster, { params: { cluster: two.id }, body, headers: { 'if-match': ifMatch } });
    const changed = await update('"1"', { labels: { env: 'test' } });
    expect(changed).toMatchObject({ labels: { env: 'test' }, resourceVersion: '2' });
    expect(await failure(update('"1"', { labels: {} }))).toMatchObject({
      code: 'version_conflict',
      extra: { current: { resourceVersion: '2', labels: { env: 'test' } } },
    });
    expect(await update('"2"', { name: 'zwei' })).toMatchObject({ name: 'zwei' });
    const { items } = await rig.client().call(resourceRoutes.listResources, {
      params: { resource: 'namespaces' },
      query: { clusters: 'zwei', wait: 10_000 },
    });
    expect(items.map((row) => row.id)).toContain('zwei//default');
    expect(await failure(read('two'))).toMatchObject({ code: 'not_found' });
  });

  test('there is exactly one default, whatever is changed or removed', async () => {
    const three = await rig.addCluster('three');
    const defaults = async () =>
      (await rig.client().call(clusterRoutes.listClusters, {})).items
        .filter((cluster) => cluster.default)
        .map((cluster) => cluster.name);
    await rig.client().call(clusterRoutes.updateCluster, { params: { cluster: 'three' }, body: { default: true } });
    expect(await defaults()).toEqual(['three']);
    expect(
      await failure(
        rig.client().call(clusterRoutes.updateCluster, { params: { cluster: 'three' }, body: { default: false } }),
      ),
    ).toMatchObject({ code: 'invalid_input' });
    await rig.client().call(clusterRoutes.deleteCluster, { params: { cluster: 'three' } });
    expect(await defaults()).toHaveLength(1);
    expect(await eventTypes(three.id)).toContain('cluster.removed');
  });

  test('is listed to whom it is shared with, in pages and filtered', async () => {
    rig.person('clara', grantOn(one.id, 'viewer', ['shop']));
    const mine = await rig.client('clara').call(clusterRoutes.listClusters, {});
    expect(mine.items.map((cluster) => [cluster.name, cluster.role, cluster.namespaces])).toEqual([
      ['one', 'viewer', ['shop']],
    ]);
    const first = await rig.client().call(clusterRoutes.listClusters, { query: { limit: 1 } });
    const second = await rig
      .client()
      .call(clusterRoutes.listClusters, { query: { limit: 1, cursor: first.nextCursor ?? '' } });
    expect(second.items[0]?.name).not.toBe(first.items[0]?.name);
    expect(
      (await rig.client().call(clusterRoutes.listClusters, { query: { labelSelector: 'env=test' } })).items.map(
        (cluster) => cluster.name,
      ),
    ).toEqual(['zwei']);
  });
});

describe('credentials', () => {
  test('are in no answer, event, audit entry or column in clear', async () => {
    const { id, name } = await register({
      access: { type: 'token', server: one.cluster.url, token },
      allowPrivateAddress: true,
    });
    const answers = [
      await read(name),
      await rig.client().call(clusterRoutes.listClusters, {}),
      await rig.events.list({ limit: 1000 }),
    ];
    const rows = await rig.database.reader.selectFrom('clusters').selectAll().where('id', '=', id).execute();
    const audit = await rig.database.reader.selectFrom('audit_log').selectAll().execute();
    expect(JSON.stringify([answers, rows, audit])).not.toContain(token);
    expect(rows[0]?.access).toMatch(/^sealed\./);
  });

  test('are tested before they replace others, and used from then on', async () => {
    const { name, id } = await register({
      access: { type: 'token', server: one.cluster.url, token },
      allowPrivateAddress: true,
    });
    const rotate = (next: string, force = false) =>
      rig.client().call(clusterRoutes.rotateCredentials, {
        params: { cluster: name },
        body: { access: { type: 'token', server: one.cluster.url, token: next }, allowPrivateAddress: true, force },
      });
    expect(await failure(rotate('wrong'))).toMatchObject({ code: 'cluster_unauthorized' });
    expect((await read(name)).connection.state).toBe('connected');
    expect(await rotate('wrong', true)).toMatchObject({
      connection: { state: 'unauthorized', error: { code: 'cluster_unauthorized' } },
    });
    expect(await rotate(token)).toMatchObject({ connection: { state: 'connected' } });
    expect(await eventTypes(id)).toEqual(
      expect.arrayContaining(['cluster.credentialsRotated', 'cluster.connectionChanged']),
    );
  });

  test('a kubeconfig can be read back by nobody', async () => {
    for (const path of [`/api/v1/clusters/one/kubeconfig`, `/api/v1/clusters/one/credentials`])
      expect((await rig.fetch(path)).status).toBe(404);
  });
});

describe('the state of a connection', () => {
  test('follows the cluster, is logged, and each change is an event', async () => {
    const watched = await rig.addCluster('watched');
    const { service } = rig.modules.clusters;
    const look = async () => {
      await rig.client().call(clusterRoutes.testCluster, { params: { cluster: 'watched' } });
      return (await read('watched')).connection.state;
    };
    expect(await look()).toBe('connected');
    watched.cluster.faults.set([{ match: 'readyz', status: 500 }]);
    expect(await look()).toBe('degraded');
    watched.cluster.faults.set([{ status: 401 }]);
    expect(await look()).toBe('unauthorized');
    watched.cluster.faults.set([{ reset: true }]);
    expect(await look()).toBe('unreachable');
    watched.cluster.faults.clear();
    expect(await look()).toBe('connected');
    const { items } = await rig
      .client()
      .call(clusterRoutes.connectionLog, { params: { cluster: 'watched' }, query: { limit: 3 } });
    expect(items.map((entry) => `${entry.from}>${entry.to}`)).toEqual([
      'unreachable>connected',
      'unauthorized>unreachable',
      'degraded>unauthorized',
    ]);
    expect((await eventTypes(watched.id)).filter((type) => type === 'cluster.connectionChanged')).toHaveLength(5);
    expect(service).toBeDefined();
  });

  test('of a cluster whose /readyz is forbidden is judged by its version', async () => {
    const narrow = await rig.addCluster('narrow');
    narrow.cluster.faults.set([{ match: 'readyz', status: 403 }]);
    await rig.client().call(clusterRoutes.testCluster, { params: { cluster: 'narrow' } });
    expect((await read('narrow')).connection.state).toBe('connected');
  });
});

describe('sharing a cluster', () => {
  test('gives a role over identity, and takes it back', async () => {
    await rig.database.transaction((tx) =>
      tx
        .insertInto('users')
        .values({
          id: 'u1',
          email: 'ann@example.org',
          name: 'Ann',
          password_hash: null,
          is_local: 0,
          disabled_at: null,
          created_at: 1,
          last_seen_at: null,
        })
        .execute(),
    );
    const share = await rig.client().call(clusterRoutes.createShare, {
      params: { cluster: 'one' },
      body: { user: 'ann@example.org', role: 'viewer', namespaces: ['shop'] },
    });
    expect(share).toMatchObject({
      cluster: 'one',
      role: 'viewer',
      namespaces: ['shop'],
      user: { email: 'ann@example.org' },
    });
    const list = () => rig.client().call(clusterRoutes.listShares, { params: { cluster: 'one' } });
    expect((await list()).items).toHaveLength(1);
    expect(
      await failure(rig.client().call(clusterRoutes.deleteShare, { params: { cluster: 'zwei', id: share.id } })),
    ).toMatchObject({ code: 'not_found' });
    await rig.client().call(clusterRoutes.deleteShare, { params: { cluster: 'one', id: share.id } });
    expect((await list()).items).toHaveLength(0);
  });

  test('is forgotten with the cluster', async () => {
    const brief = await rig.addCluster('brief');
    await rig
      .client()
      .call(clusterRoutes.createShare, { params: { cluster: 'brief' }, body: { user: 'u1', role: 'operator' } });
    await rig.client().call(clusterRoutes.deleteCluster, { params: { cluster: 'brief' } });
    const left = await rig.database.reader
      .selectFrom('role_bindings')
      .selectAll()
      .where('cluster_id', '=', brief.id)
      .execute();
    expect(left).toEqual([]);
  });
});
