import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRealWorld, describeReal, eventually, type RealWorld } from './real-world.ts';

const rows = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

const configMaps = (from: number, count: number) => {
  const items = Array.from({ length: count }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: `settings-${String(from + index).padStart(2, '0')}`,
      labels: { parity: index % 2 ? 'odd' : 'even' },
    },
  }));
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
};

describeReal('two real clusters side by side', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await createRealWorld();
    await world.make(configMaps(0, 20), 'kube');
    await world.make(configMaps(10, 20), 'bare');
  });
  afterAll(() => world?.stop());
  const ours = (query: Record<string, string> = {}) =>
    world.list('configmaps', { namespaces: world.namespace, q: 'settings', sort: 'name,cluster', ...query });

  it('one list holds both, each row with its cluster', async () => {
    const { stdout, code } = await world.cli(
      'get',
      'configmaps',
      '--all-clusters',
      '-n',
      world.namespace,
      '-q',
      'settings',
    );
    expect(code).toBe(0);
    expect(rows(stdout)[0]?.slice(0, 2)).toEqual(['CLUSTER', 'NAME']);
    const of = (cluster: string) => rows(stdout).flatMap(([from, name]) => (from === cluster ? [name] : []));
    const names = (from: number) =>
      Array.from({ length: 20 }, (_, n) => `settings-${String(from + n).padStart(2, '0')}`);
    expect(of('kube')).toEqual(names(0));
    expect(of('bare')).toEqual(names(10));
  });

  it('pages cover everything once, in order, over both', async () => {
    for (const sort of ['name,cluster', '-name,cluster', 'cluster,-name']) {
      const whole = (await ours({ sort, limit: '1000' })).items.map(({ id }) => id);
      expect(whole).toHaveLength(40);
      const paged: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await ours({ sort, limit: '7', ...(cursor ? { cursor } : {}) });
        expect(page).toMatchObject({ total: 40, complete: true, failures: [] });
        paged.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor);
      expect(paged).toEqual(whole);
    }
    const { items } = await ours({ sort: '-name,cluster', limit: '1000' });
    const names = items.map(({ name }) => name);
    expect(names).toEqual([...names].sort().reverse());
  });

  it('labels, fields and text filter both alike', async () => {
    expect((await ours({ labelSelector: 'parity=odd' })).total).toBe(20);
    expect((await ours({ fieldSelector: 'metadata.name=settings-15' })).items.map(({ cluster }) => cluster)).toEqual([
      'bare',
      'kube',
    ]);
    expect((await ours({ q: 'settings-0' })).items.every(({ cluster }) => cluster === 'kube')).toBe(true);
    expect((await ours({ clusters: 'bare' })).total).toBe(20);
  });

  it('a dead cluster is labelled, and the others are complete', async () => {
    const dead = world.kubeWith('bare', ['config', 'view', '--raw', '--flatten']);
    world.file('dead.kubeconfig', (await dead).stdout.replace(/server: .*/, 'server: https://127.0.0.1:1'));
    const refused = await world.cli(
      ...['cluster', 'add', 'dead', '--kubeconfig', `${world.home}/dead.kubeconfig`, '--allow-private-address'],
    );
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toMatch(/cannot be reached/);
    const forced = await world.cli(
      ...[
        'cluster',
        'add',
        'dead',
        '--kubeconfig',
        `${world.home}/dead.kubeconfig`,
        '--allow-private-address',
        '--force',
      ],
    );
    expect(forced.code).toBe(0);
    const { code, stdout, stderr } = await world.cli(
      'get',
      'cm',
      '--all-clusters',
      '-n',
      world.namespace,
      '-q',
      'settings',
    );
    expect(code).toBe(9);
    expect(rows(stdout)).toHaveLength(41);
    expect(stderr).toMatch(/cluster dead .*\(cluster_unreachable\)/);
    const list = await ours({ limit: '1000' });
    expect(list).toMatchObject({ total: 40, complete: false });
    expect(list.failures).toEqual([expect.objectContaining({ cluster: 'dead', code: 'cluster_unreachable' })]);
    expect(list.sources).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ cluster: 'kube', phase: 'live' }),
        expect.objectContaining({ cluster: 'bare', phase: 'live' }),
      ]),
    );
    const { stdout: clusters } = await world.cli('cluster', 'list');
    expect(clusters).toMatch(/^dead .*unreachable/m);
    expect(clusters).toMatch(/^kube .*connected/m);
    expect((await world.cli('cluster', 'rm', 'dead')).code).toBe(0);
    expect((await ours()).complete).toBe(true);
  });

  it('wrong credentials make a cluster unauthorized, with words; the right ones bring it back', async () => {
    const wrong = ['cluster', 'rotate', 'bare', '--api-server', await serverOf(world), '--token', 'wrong'];
    const place = ['--insecure-skip-tls-verify', '--allow-private-address'];
    const refused = await world.cli(...wrong, ...place);
    expect(refused.code).not.toBe(0);
    expect((await ours({ clusters: 'bare' })).complete).toBe(true);

    expect((await world.cli(...wrong, ...place, '--force')).code).toBe(0);
    const state = await eventually(
      async () => JSON.parse((await world.cli('cluster', 'get', 'bare', '-o', 'json')).stdout),
      (cluster) => cluster.connection.state !== 'connected' && cluster.connection.state !== 'pending',
    );
    expect(state.connection).toMatchObject({ state: 'unauthorized', error: { code: 'cluster_unauthorized' } });
    const list = await eventually(
      () => world.cli('get', 'cm', '-c', 'bare', '-n', world.namespace),
      ({ code }) => code !== 0,
    );
    expect(list.stderr).toMatch(/credentials|unauthorized/i);
    expect((await ours({ clusters: 'kube' })).complete).toBe(true);

    const back = await world.cli(
      ...['cluster', 'rotate', 'bare', '--kubeconfig', world.kubeconfig('bare'), '--allow-private-address'],
    );
    expect(back).toMatchObject({ code: 0 });
    await eventually(
      () => ours({ clusters: 'bare' }),
      ({ complete, total }) => complete && total === 20,
    );
    expect((await world.cli('cluster', 'get', 'bare')).stdout).toMatch(/connected/);
    const log = await world.cli('cluster', 'log', 'bare');
    expect(log.stdout).toMatch(/unauthorized/);
  });

  it('a server that is killed while it watches has its clusters and tables again when it starts', async () => {
    const table = world.watchTable('configmaps', { namespaces: world.namespace, q: 'settings' });
    await eventually(
      async () => table.rows.size,
      (size) => size === 40,
    );
    await world.stopServer('SIGKILL');
    table.stop();
    await world.kube('delete', 'configmap', 'settings-00');
    await world.startServer();
    const { stdout } = await world.cli('cluster', 'list', '-o', 'name');
    expect(stdout.trim().split('\n').sort()).toEqual([
      expect.stringContaining('bare'),
      expect.stringContaining('kube'),
    ]);
    const list = await ours({ limit: '1000' });
    expect(list).toMatchObject({ total: 39, complete: true });
    const again = world.watchTable('configmaps', { namespaces: world.namespace, q: 'settings' });
    await eventually(
      async () => again.rows.size,
      (size) => size === 39,
    );
    await world.kube('create', 'configmap', 'settings-new');
    await eventually(
      async () => again.rows.size,
      (size) => size === 40,
    );
    again.stop();
  });
});

async function serverOf(world: RealWorld): Promise<string> {
  const { stdout } = await world.kubeWith('bare', ['config', 'view', '-o', 'jsonpath={.clusters[0].cluster.server}']);
  return stdout;
}
