import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createRealWorld, describeReal, eventually, idle, pod, type RealWorld } from './real-world.ts';

const secret = (name: string) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, stringData: { key: 'sesame' } });
const reader = `
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader}
rules: [{apiGroups: [""], resources: [pods, configmaps], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAMESPACE-reader}
rules: [{apiGroups: [""], resources: [configmaps], verbs: [get, list, watch]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: NAMESPACE-reader}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NAMESPACE-reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: NAMESPACE}]
`;

describeReal('rights on real clusters', () => {
  let world: RealWorld;
  let other: string;
  let token: string;
  beforeAll(async () => {
    world = await createRealWorld();
    other = `${world.namespace}-other`;
    await world.kube('create', 'namespace', other);
    await eventually(
      () => world.kube('get', 'serviceaccount', 'default', '-n', other),
      ({ code }) => code === 0,
    );
    const both = [secret('door'), JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'note' } })];
    for (const namespace of [world.namespace, other])
      for (const manifest of [...both, pod('app', `echo hello from the log; ${idle}`)])
        await world.kubeWith('kube', ['-n', namespace, 'apply', '-f', '-'], { input: manifest });
    await world.make(reader.replaceAll('NAMESPACE', world.namespace));
    for (const namespace of [world.namespace, other])
      await eventually(
        () => world.kube('get', 'pod', 'app', '-n', namespace, '-o', 'jsonpath={.status.phase}'),
        ({ stdout }) => stdout === 'Running',
        60_000,
      );
    token = await userLimitedTo(world, world.namespace);
  });
  afterAll(async () => {
    await world?.kube('delete', 'clusterrole,clusterrolebinding', `${world.namespace}-reader`, '--ignore-not-found');
    await world?.kube('delete', 'namespace', other, '--wait=false');
    await world?.stop();
  });

  it('a list of a kind that the credentials may not read names the permission, and the other clusters stay whole', async () => {
    await registerReader(world);
    const allowed = await world.list('configmaps', {
      clusters: 'few,kube',
      namespaces: world.namespace,
      q: 'note',
      sort: 'name,cluster',
    });
    expect(allowed).toMatchObject({ complete: true, failures: [] });
    expect(allowed.items.map(({ cluster }) => cluster)).toEqual(['few', 'kube']);

    for (const resource of ['secrets', 'deployments.apps', 'nodes']) {
      const list = await world.list(resource, { clusters: 'few,kube' });
      const alone = await world.list(resource, { clusters: 'kube' });
      expect(list.items.map(({ id }) => id)).toEqual(alone.items.map(({ id }) => id));
      expect(list.complete).toBe(false);
      const [plural] = resource.split('.');
      expect(list.failures).toEqual([
        expect.objectContaining({
          cluster: 'few',
          code: 'cluster_denied',
          message: expect.stringContaining(`${plural}`),
        }),
      ]);
    }
    const { code, stdout, stderr } = await world.cli('get', 'secrets', '--clusters', 'few,kube', '-n', world.namespace);
    expect(code).toBe(9);
    expect(stdout).toMatch(/^kube +door /m);
    expect(stderr).toMatch(/few.*secrets.*\(cluster_denied\)/);
  });

  it('an action that the credentials may not do is refused by the cluster, in its words', async () => {
    await registerReader(world);
    const path = (action: string) => `/api/v1/clusters/few/${action}`;
    const at = `${world.namespace}/app`;
    const refusals = [
      await world.api(path('apply'), {
        body: {
          manifests: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"x"}}',
          namespace: world.namespace,
        },
      }),
      await world.api(path(`resources/pods/${at}`), { method: 'DELETE' }),
      await world.api(path(`pods/${at}/logs`)),
      await world.api(path(`secrets/${world.namespace}/door/reveal`), { body: {} }),
    ];
    for (const { text } of refusals) expect(text).toContain('cluster_denied');
    const exec = await world.cli('exec', 'app', '-c', 'main', '--cluster', 'few', '-n', world.namespace, '--', 'true');
    expect(exec.code).toBe(4);
    expect(exec.stderr).toMatch(/pods\/exec/);
    expect((await world.kube('get', 'configmap', 'x')).stderr).toContain('NotFound');
  });

  it('a share of one namespace shows that namespace only: lists, streams, events, pickers', async () => {
    const pods = await world.list('pods', {}, token);
    expect(pods.items.map(({ name, namespace }) => ({ name, namespace }))).toEqual([
      { name: 'app', namespace: world.namespace },
    ]);
    for (const query of [{ namespaces: other }, { namespaces: `${other},kube-system` }])
      expect((await world.list('pods', query, token)).items).toEqual([]);
    for (const resource of ['nodes', 'clusterroles.rbac.authorization.k8s.io', 'persistentvolumes']) {
      const { status, text } = await world.api(`/api/v1/resources/${resource}?wait=5000`, { token });
      if (status === 200) expect(JSON.parse(text).items).toEqual([]);
      expect(text).not.toContain('node1');
    }
    const namespaces = await world.api('/api/v1/namespaces', { token });
    expect(namespaces.text).not.toContain(other);
    const events = await world.api('/api/v1/events?limit=1000', { token });
    expect(events.text).toContain(`"${world.namespace}"`);
    expect(events.text).not.toContain(other);

    const table = world.watchTable('pods', {}, token);
    const aside = world.watchTable('pods', { namespaces: `${other},${world.namespace}` }, token);
    try {
      for (const live of [table, aside]) await expect.poll(() => live.rows.size, { timeout: 10_000 }).toBe(1);
      await world.kubeWith('kube', ['-n', other, 'label', 'pod', 'app', 'seen=no']);
      await world.kubeWith('kube', ['-n', world.namespace, 'label', 'pod', 'app', 'seen=yes']);
      const list = await world.kube('get', 'pods', '-A', '-o', 'name');
      expect(list.stdout.match(/pod\/app/g)?.length).toBeGreaterThan(1);
      for (const live of [table, aside]) {
        expect([...live.rows.values()].map(({ namespace }) => namespace)).toEqual([world.namespace]);
        expect(JSON.stringify(live.messages)).not.toContain(other);
      }
    } finally {
      table.stop();
      aside.stop();
    }
  });

  it('a share of one namespace opens no object elsewhere, whatever the path says', async () => {
    const own = await world.api(`/api/v1/clusters/kube/resources/pods/${world.namespace}/app`, { token });
    expect(own.status).toBe(200);
    const escapes: [path: string, options?: { method?: string; body?: unknown }][] = [
      [`resources/pods/${other}/app`],
      [`resources/pods/-/app`],
      [`resources/nodes/-/node1`],
      [`resources/nodes/${world.namespace}/node1`],
      [`resources/nodes/${world.namespace}/node1?fresh=true`],
      [`resources/namespaces/-/${other}`],
      [`resources/namespaces/${world.namespace}/${other}`],
      [`resources/namespaces/${other}/${other}`],
      [`resources/pods/${world.namespace}%2F..%2F${other}/app`],
      [`resources/pods/${world.namespace}/..%2F..%2F${other}%2Fpods%2Fapp`],
      [`resources/pods/${world.namespace}/${encodeURIComponent(`../../${other}/pods/app`)}?fresh=true`],
      [`pods/${other}/app/logs`],
      [`secrets/${other}/door/reveal`, { body: {} }],
      [`secrets/${world.namespace}/door/reveal`, { body: {} }],
      [`resources/pods/${other}/app`, { method: 'DELETE' }],
      [`resources/namespaces/${world.namespace}/${other}`, { method: 'DELETE' }],
      [`resources/nodes/${world.namespace}/node1?dryRun=true`, { method: 'DELETE' }],
    ];
    for (const [path, options] of escapes) {
      const { status, text } = await world.api(`/api/v1/clusters/kube/${path}`, { token, ...options });
      expect({ path, status }).toEqual({ path, status: expect.toSatisfy((code) => [400, 403, 404].includes(code)) });
      expect(text).not.toMatch(/hello from the log|sesame|c2VzYW1l|kubeletVersion/);
    }
    expect((await world.kube('get', 'pod', 'app', '-n', other)).code).toBe(0);
    const bare = await world.api('/api/v1/clusters/bare', { token });
    expect(bare.status).toBe(404);
  });

  it('logs and exec are open in the namespace of the share and nowhere else', async () => {
    const logs = await world.api(`/api/v1/clusters/kube/pods/${world.namespace}/app/logs`, { token });
    expect(logs.text).toContain('hello from the log');
    const ticket = (namespace: string, name = 'app') =>
      world.api('/api/v1/tickets', {
        token,
        body: {
          path: '/ws/exec',
          cluster: 'kube',
          namespace,
          pod: name,
          command: ['echo', 'in'],
          tty: false,
          stdin: false,
        },
      });
    expect([403, 404]).toContain((await ticket(other)).status);
    const own = await ticket(world.namespace);
    const { output, reason } = await readSocket(world.url.replace('http', 'ws') + String(own.body.url));
    expect({ output, reason }).toEqual({ output: 'in\n', reason: 'exited: 0' });
    const sideways = await ticket(world.namespace, `../../${other}/pods/app`);
    if (typeof sideways.body.url === 'string') {
      const tried = await readSocket(world.url.replace('http', 'ws') + sideways.body.url);
      expect(tried.output).toBe('');
      expect(tried.reason).not.toMatch(/exited/);
    }
  });

  it('apply makes nothing outside of the namespace, also as a second document', async () => {
    const apply = (manifests: string, namespace = world.namespace) =>
      world.api('/api/v1/clusters/kube/apply', { token, body: { manifests, namespace } });
    const map = (name: string, namespace?: string) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(namespace ? { namespace } : {}) } });
    const many = await apply(
      [
        map('mine'),
        map('theirs', other),
        '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"rt-escaped"}}',
        `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"rt-escaped","namespace":"${world.namespace}"}}`,
        `{"apiVersion":"v1","kind":"List","items":[${map('theirs', other)}]}`,
        map('also-mine'),
      ].join('\n---\n'),
    );
    const results = many.body.results as { action: string; error?: { code: string } }[];
    expect(results.map(({ action }) => action)).toEqual(['created', 'failed', 'failed', 'failed', 'failed', 'created']);
    for (const { action, error } of results)
      if (action === 'failed') expect(['permission_denied', 'not_found', 'invalid_input']).toContain(error?.code);
    const elsewhere = await apply(map('theirs'), other);
    expect(JSON.stringify(elsewhere.body)).toMatch(/permission_denied|not_found/);
    expect((await world.kube('get', 'configmap', 'theirs', '-n', other)).stderr).toContain('NotFound');
    expect((await world.kube('get', 'namespace', 'rt-escaped')).stderr).toContain('NotFound');
    expect((await world.kube('get', 'configmap', 'mine', 'also-mine')).code).toBe(0);
  });

  it('a share that is taken back ends open streams', async () => {
    const table = world.watchTable('pods', {}, token);
    await expect.poll(() => table.rows.size, { timeout: 10_000 }).toBe(1);
    expect((await world.cli('cluster', 'unshare', 'kube', 'ann@example.org')).code).toBe(0);
    await expect.poll(() => table.ended(), { timeout: 10_000 }).toBe(true);
    expect((await world.list('pods', {}, token).catch(() => ({ items: [] }))).items).toEqual([]);
  });
});

/** Makes a user with the role operator in one namespace; gives a token of theirs. */
async function userLimitedTo(world: RealWorld, namespace: string): Promise<string> {
  const password = world.file('password', 'correct horse battery staple 7');
  const added = await world.cli('user', 'add', 'ann@example.org', '--password-file', password);
  if (added.code !== 0) throw new Error(`no user: ${added.stderr}`);
  const shared = await world.cli('cluster', 'share', 'kube', 'ann@example.org', 'operator', '--namespaces', namespace);
  if (shared.code !== 0) throw new Error(`no share: ${shared.stderr}`);
  const { body, status, text } = await world.api('/api/v1/auth/sign-in', {
    token: '',
    body: { email: 'ann@example.org', password: 'correct horse battery staple 7' },
  });
  if (typeof body.accessToken !== 'string') throw new Error(`no session (${status}): ${text}`);
  return body.accessToken;
}

/** The cluster with the node once more, under the name `few`, as a service account that may read pods of one namespace and config maps. */
async function registerReader(world: RealWorld): Promise<void> {
  if ((await world.cli('cluster', 'get', 'few')).code === 0) return;
  const { stdout: name } = await world.kube('get', 'serviceaccount', 'reader', '-o', 'jsonpath={.secrets[0].name}');
  const { stdout } = name
    ? await world.kube('get', 'secret', name, '-o', 'go-template={{.data.token | base64decode}}')
    : await world.kube('create', 'token', 'reader');
  const config = await world.kube('config', 'view', '--raw', '--flatten', '-o', 'json');
  const [{ cluster }] = JSON.parse(config.stdout).clusters;
  const ca = world.file('ca.pem', Buffer.from(cluster['certificate-authority-data'], 'base64').toString());
  const added = await world.cli(
    ...['cluster', 'add', 'few', '--api-server', cluster.server, '--ca', ca, '--token', stdout.trim()],
    ...['--service-account', '--allow-private-address'],
  );
  if (added.code !== 0) throw new Error(`the reader was not registered: ${added.stdout}${added.stderr}`);
}

function readSocket(url: string): Promise<{ output: string; reason: string }> {
  const socket = new WebSocket(url);
  let output = '';
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) output += data.subarray(1).toString();
  });
  return new Promise((resolve) => {
    socket.on('error', (error) => resolve({ output, reason: error.message }));
    socket.on('close', (_code, reason) => resolve({ output, reason: reason.toString() }));
  });
}
