import { createSimulatedCluster, type SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWorld, type TestWorld } from './test-world.ts';

let world: TestWorld;
let other: SimulatedCluster;
let address: string;

beforeAll(async () => {
  world = await createTestWorld({ clusters: [] });
  other = createSimulatedCluster();
  address = await other.listen();
});
afterAll(async () => {
  await other.close();
  await world.stop();
});

const kubeconfig = (...contexts: { name: string; user?: object; server?: string }[]) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': contexts[0]?.name,
    clusters: contexts.map(({ name, server = address }) => ({ name, cluster: { server } })),
    users: contexts.map(({ name, user = { token: 'any' } }) => ({ name, user })),
    contexts: contexts.map(({ name }) => ({ name, context: { cluster: name, user: name } })),
  });

describe('cluster add', () => {
  it('says how to begin when there is none', async () => {
    expect(await world.cli('cluster', 'list')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('pilothouse cluster add'),
    });
    expect(await world.cli('get', 'pods')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('pilothouse cluster add'),
    });
  });

  it('registers by a token, a file with one, and a service account', async () => {
    const token = world.file('cluster-token', 'any\n');
    const added = await world.cli(
      'cluster',
      'add',
      'by-token',
      '--api-server',
      address,
      '--token',
      'any',
      '--allow-private-address',
      '--label',
      'tier=dev',
    );
    expect(added).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^cluster by-token registered \(connected, v/),
    });
    expect(
      await world.cli(
        'cluster',
        'add',
        'by-file',
        '--api-server',
        address,
        '--token-file',
        token,
        '--allow-private-address',
      ),
    ).toMatchObject({ code: 0 });
    const account = await world.run(
      [
        'cluster',
        'add',
        'by-account',
        '--api-server',
        address,
        '--service-account',
        '--token-file',
        '-',
        '--allow-private-address',
        '-o',
        'json',
      ],
      { input: 'any\n' },
    );
    expect(JSON.parse(account.stdout)).toMatchObject({ name: 'by-account', accessType: 'service-account' });
    expect(account.stdout).not.toContain('"any"');
  });

  it('registers contexts of a kubeconfig: one, the current one, or all that may be', async () => {
    const file = world.file(
      'many.yaml',
      kubeconfig(
        { name: 'First_One' },
        { name: 'second' },
        { name: 'evil', user: { exec: { command: 'sh', apiVersion: 'client.authentication.k8s.io/v1' } } },
      ),
    );
    const common = ['--kubeconfig', file, '--allow-private-address'];
    expect(await world.cli('cluster', 'add', ...common)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('cluster first-one registered'),
    });
    expect(await world.cli('cluster', 'add', 'named', ...common, '--context', 'second')).toMatchObject({ code: 0 });
    expect(await world.cli('cluster', 'add', ...common, '--context', 'third')).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('First_One, second, evil'),
    });
    expect(await world.cli('cluster', 'add', ...common, '--context', 'evil')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('evil'),
    });
    const all = await world.cli(
      'cluster',
      'add',
      '--all-contexts',
      '--kubeconfig',
      world.file(
        'two.yaml',
        kubeconfig({ name: 'a', server: `${address}/` }, { name: 'evil', user: { 'auth-provider': { name: 'x' } } }),
      ),
      '--allow-private-address',
      '--force',
    );
    expect(all.stderr).toMatch(/evil is left out/);
    const piped = await world.run(['cluster', 'add', 'piped', '--kubeconfig', '-', '--allow-private-address'], {
      input: kubeconfig({ name: 'p' }),
    });
    expect(piped).toMatchObject({ code: 0 });
  });

  it('lets a person pick contexts from a list', async () => {
    world.file('pick.yaml', kubeconfig({ name: 'pick-a' }, { name: 'pick-b' }, { name: 'pick-c' }));
    const add = 'pilothouse cluster add --kubeconfig pick.yaml --allow-private-address';
    const picked = await world.terminal(`${add}; echo "code $?"`, '2-3\n');
    expect(picked.stdout).toMatch(/1 +pick-a \(current\)/);
    expect(picked.stdout).toMatch(/cluster pick-b registered[\s\S]+cluster pick-c registered[\s\S]+code 0/);
    expect((await world.terminal(`${add}; echo "code $?"`, '9\n')).stdout).toMatch(
      /"9" is not in the list[\s\S]+code 2/,
    );
    const several = await world.cli(
      'cluster',
      'add',
      '--kubeconfig',
      world.file('many.json', kubeconfig({ name: 'x' }, { name: 'y' })),
      'given-name',
      '--allow-private-address',
    );
    expect(several).toMatchObject({ code: 0, stdout: expect.stringContaining('given-name') });
  });

  it('registers a simulated cluster the server runs', async () => {
    expect(await world.cli('cluster', 'add', 'sim', '--simulated', '--profile', 'empty')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('cluster sim registered'),
    });
    expect(await world.cli('get', 'ns', '-c', 'sim', '-o', 'name')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('namespace/default'),
    });
  });

  it.each([
    [['add', 'x', '--token', 'any'], 2, /--api-server/],
    [['add', 'x', '--api-server', 'https://10.0.0.1'], 2, /prove who we are/],
    [['add', '--api-server', 'https://10.0.0.1', '--token', 'x'], 2, /name/],
    [['add', 'x', '--api-server', 'https://10.0.0.1', '--client-certificate', 'a'], 2, /belong together/],
    [['add', 'x', '--api-server', 'https://10.0.0.1', '--oidc-issuer', 'https://i'], 2, /--oidc-client-id/],
    [['add', 'x', '--simulated', '--in-cluster'], 2, /Give one of/],
    [['add', 'x', '--profile', 'shop'], 2, /--simulated/],
    [['add', 'x', '--kubeconfig', '/nowhere'], 2, /\/nowhere/],
    [['add', 'UPPER', '--simulated'], 2, /./],
    [['add', 'x', '--api-server', 'http://127.0.0.1:1', '--token', 'x'], 2, /./],
    [['add', 'by-token', '--simulated'], 6, /./],
    [['test', 'nope'], 5, /./],
    [['rename', 'nope', 'x'], 5, /./],
    [['list', '--state', 'odd'], 2, /connected/],
    [['nonsense'], 2, /unknown command/],
  ])('refuses cluster %j with %d', async (args, code, message) => {
    const finished = await world.cli('cluster', ...(args as string[]));
    expect(finished.stderr).toMatch(message as RegExp);
    expect(finished.code).toBe(code);
  });

  it('registers an unreachable cluster only when forced', async () => {
    const args = [
      'cluster',
      'add',
      'dead',
      '--api-server',
      'http://127.0.0.1:1',
      '--token',
      'x',
      '--allow-private-address',
    ];
    expect(await world.cli(...args)).toMatchObject({ code: 8 });
    expect(await world.cli(...args, '--force')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('unreachable'),
    });
    expect((await world.cli('cluster', 'list', '--state', 'unreachable', '-o', 'name')).stdout).toBe('dead\n');
  });
});

describe('looking after clusters', () => {
  it('shows one, tests it, renames, labels and makes it the default', async () => {
    expect((await world.cli('cluster', 'get', 'by-token')).stdout).toMatch(/^Name: +by-token[\s\S]+Labels: +tier=dev/);
    const test = await world.cli('cluster', 'test', 'by-token');
    expect(test).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ version/) });
    expect(await world.cli('cluster', 'test', 'dead')).toMatchObject({ code: 1, stdout: expect.stringContaining('✗') });
    expect(await world.cli('cluster', 'rename', 'by-file', 'renamed')).toMatchObject({
      code: 0,
      stdout: 'cluster by-file is now renamed\n',
    });
    expect(await world.cli('cluster', 'label', 'renamed', 'a=1', 'b=2')).toMatchObject({
      stdout: 'cluster renamed labelled: a=1, b=2\n',
    });
    expect(await world.cli('cluster', 'label', 'renamed', 'a-')).toMatchObject({
      stdout: 'cluster renamed labelled: b=2\n',
    });
    expect((await world.cli('cluster', 'list', '-l', 'b=2', '-o', 'name')).stdout).toBe('renamed\n');
    expect(await world.cli('cluster', 'default', 'renamed')).toMatchObject({ code: 0 });
    expect((await world.cli('cluster', 'list')).stdout).toMatch(/^renamed .*\*$/m);
  });

  it('rotates credentials and keeps the log of the connection', async () => {
    const rotated = await world.cli(
      'cluster',
      'rotate',
      'renamed',
      '--api-server',
      address,
      '--token',
      'other',
      '--allow-private-address',
    );
    expect(rotated).toMatchObject({ code: 0, stdout: expect.stringContaining('new credentials') });
    expect(await world.cli('cluster', 'rotate', 'renamed')).toMatchObject({ code: 2 });
    expect(await world.cli('cluster', 'log', 'dead')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/unreachable/),
    });
  });

  it('shares and unshares', async () => {
    await world.cli('user', 'add', 'sam@example.com');
    expect(
      await world.cli('cluster', 'share', 'renamed', 'sam@example.com', 'operator', '--namespaces', 'shop,web'),
    ).toMatchObject({ code: 0, stdout: 'sam@example.com is now operator on renamed in shop, web\n' });
    expect((await world.cli('cluster', 'shares', 'renamed')).stdout).toMatch(
      /sam@example\.com +operator +renamed +shop,web/,
    );
    expect(await world.cli('cluster', 'unshare', 'renamed', 'sam@example.com')).toMatchObject({ code: 0 });
    expect(await world.cli('cluster', 'unshare', 'renamed', 'sam@example.com')).toMatchObject({ code: 5 });
  });

  it('remembers the cluster and the namespace to mean', async () => {
    expect(await world.cli('use', 'sim', '-n', 'kube-system')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('cluster: sim\nnamespace: kube-system'),
    });
    expect((await world.cli('get', 'cm', '-o', 'json')).stdout).toContain('"namespace": "kube-system"');
    expect(await world.cli('use', 'nope')).toMatchObject({ code: 5 });
    expect(await world.cli('use', '--clear')).toMatchObject({ stdout: expect.stringContaining('namespace: default') });
  });

  it('forgets clusters, several at once, and says which are not there', async () => {
    expect(await world.cli('cluster', 'rm', 'dead', 'nope', 'named')).toMatchObject({
      code: 9,
      stdout: 'cluster dead forgotten\ncluster named forgotten\n',
    });
    expect((await world.cli('cluster', 'list', '-o', 'name')).stdout).not.toMatch(/^(dead|named)$/m);
  });
});
