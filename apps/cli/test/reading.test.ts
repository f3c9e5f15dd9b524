import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { createTestWorld, eventually, fixturePath, type TestWorld } from './test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld({ clusters: ['one', 'two'] });
  for (const cluster of ['one', 'two']) {
    const applied = await world.cli('apply', '-f', fixturePath('shop.yaml'), '--cluster', cluster);
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    await eventually(
      () => world.cli('get', 'pods', '-n', 'shop', '-c', cluster),
      ({ stdout }) => (stdout.match(/1\/1\s+Running/g) ?? []).length === 2,
    );
  }
  await world.cli('cluster', 'default', 'one');
});
afterAll(() => world.stop());

const rows = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));

describe('get', () => {
  it('prints a table with the columns of kubectl, of the default cluster', async () => {
    const ours = await world.cli('get', 'deployments', '-n', 'shop');
    const theirs = await world.kubectl('one', ['get', 'deployments', '-n', 'shop']);
    expect(ours).toMatchObject({ code: 0, stderr: '' });
    expect(rows(ours.stdout)[0]).toEqual(rows(theirs.stdout)[0]);
    expect(rows(ours.stdout)[1]?.slice(0, 4)).toEqual(rows(theirs.stdout)[1]?.slice(0, 4));
  });

  it.each([['pods'], ['po'], ['Pod'], ['pods.v1']])('understands "%s"', async (spelling) => {
    const { code, stdout } = await world.cli('get', spelling, '-n', 'shop', '-o', 'name');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^pod\/web-\S+\npod\/web-\S+\n$/);
  });

  it('adds the health and the lesser columns on -o wide', async () => {
    const { stdout } = await world.cli('get', 'pods', '-n', 'shop', '-o', 'wide');
    expect(rows(stdout)[0]).toEqual(expect.arrayContaining(['IP', 'NODE', 'HEALTH']));
    expect(stdout).toMatch(/healthy$/m);
  });

  it('prints the namespace with -A and the cluster over several clusters', async () => {
    const all = await world.cli('get', 'deploy', '-A');
    expect(rows(all.stdout)[0]?.slice(0, 2)).toEqual(['NAMESPACE', 'NAME']);
    const clusters = await world.cli('get', 'deploy', '--all-clusters', '-A');
    expect(rows(clusters.stdout).map((cells) => cells.slice(0, 3))).toEqual([
      ['CLUSTER', 'NAMESPACE', 'NAME'],
      ['one', 'shop', 'web'],
      ['two', 'shop', 'web'],
    ]);
    const named = await world.cli('get', 'deploy', '--clusters', 'two', '-A', '--no-headers');
    expect(rows(named.stdout).map(([cluster]) => cluster)).toEqual(['two']);
  });

  it('gets objects as kubectl does, one as itself and several as a List', async () => {
    for (const args of [
      ['deploy', 'web'],
      ['deploy/web'],
      ['svc'],
      ['pod', 'deploy/web'].slice(1),
      ['cm', 'settings', 'kube-root-ca.crt'],
    ]) {
      for (const output of ['json', 'yaml']) {
        const ours = await world.cli('get', ...args, '-n', 'shop', '-o', output);
        const theirs = await world.kubectl('one', ['get', ...args, '-n', 'shop', '-o', output]);
        expect(ours).toMatchObject({ code: 0, stderr: '' });
        const read = (text: string): unknown => (output === 'json' ? JSON.parse(text) : parse(text));
        expect(settled(read(ours.stdout))).toEqual(settled(read(theirs.stdout)));
      }
    }
  });

  it('writes YAML line by line as kubectl does', async () => {
    const args = ['get', 'deploy/web', '-n', 'shop', '-o', 'yaml'];
    const [ours, theirs] = await Promise.all([world.cli(...args), world.kubectl('one', args)]);
    expect(ours.stdout).toBe(theirs.stdout);
  });

  it('says of each object of a list over clusters where it is from', async () => {
    const { stdout } = await world.cli('get', 'deploy', '--all-clusters', '-n', 'shop', '-o', 'json');
    const list = JSON.parse(stdout) as { kind: string; items: { metadata: { annotations: Record<string, string> } }[] };
    expect(list.kind).toBe('List');
    expect(list.items.map(({ metadata }) => metadata.annotations['pilothouse.dev/cluster'])).toEqual(['one', 'two']);
  });

  it('filters by label, field, health and text, sorts and limits', async () => {
    const names = async (...args: string[]) => (await world.cli('get', ...args, '-A', '-o', 'name')).stdout;
    expect(await names('svc', '-l', 'provider=kubernetes')).toBe('service/kubernetes\n');
    expect(await names('deploy', '--field-selector', 'metadata.name=web')).toBe('deployment.apps/web\n');
    expect(await names('deploy', '--field-selector', 'metadata.name!=web')).toBe('');
    expect(await names('pods', '--health', 'degraded')).toBe('');
    expect(await names('cm', '-q', 'settings')).toBe('configmap/settings\n');
    const sorted = (await names('ns', '--sort', '-name')).trimEnd().split('\n');
    expect(sorted).toEqual([...sorted].sort().reverse());
    const limited = await world.cli('get', 'ns', '--limit', '2');
    expect(rows(limited.stdout)).toHaveLength(3);
    expect(limited.stderr).toMatch(/^2 of \d+ shown\.$/m);
  });

  it('prints a table for each kind when several are asked for', async () => {
    const { stdout } = await world.cli('get', 'deploy,svc', '-n', 'shop');
    expect(stdout).toMatch(/^NAME.*\ndeployment\.apps\/web .*\n\nNAME.*\nservice\/web /);
    const all = await world.cli('get', 'all', '-n', 'shop', '-o', 'name');
    expect(all.stdout).toMatch(/^pod\/[\s\S]*service\/web[\s\S]*deployment\.apps\/web[\s\S]*replicaset\.apps\/web/);
  });

  it('masks the values of secrets', async () => {
    const { stdout } = await world.cli('get', 'secret', 'db', '-n', 'shop', '-o', 'yaml');
    expect(stdout).toContain('name: db');
    expect(stdout).not.toContain('s3cret');
    expect(stdout).not.toContain(Buffer.from('s3cret-s3cret').toString('base64'));
  });

  it('says where the others are when a namespace has none', async () => {
    const { code, stdout, stderr } = await world.cli('get', 'deploy');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toBe('No resources found in default namespace. 1 in other namespaces: -A shows them.\n');
  });

  it('exits by the kind of error, with what failed and what to do', async () => {
    const missing = await world.cli('get', 'pod', 'nope', '-n', 'shop');
    expect(missing).toMatchObject({ code: 5, stdout: '', stderr: 'error: pods "nope" not found\n' });
    const someMissing = await world.cli('get', 'cm', 'settings', 'nope', '-n', 'shop');
    expect(someMissing).toMatchObject({ code: 9, stdout: expect.stringContaining('settings') });
    const asYaml = await world.cli('get', 'pod', 'nope', '-n', 'shop', '-o', 'yaml');
    expect(asYaml).toMatchObject({ code: 5, stdout: '', stderr: expect.stringMatching(/request id: \S+/) });
    expect(await world.cli('get', 'nonsense')).toMatchObject({ code: 5, stderr: expect.stringContaining('nonsense') });
    expect(await world.cli('get', 'pods', '-l', 'a=b=c')).toMatchObject({ code: 2 });
    expect(await world.cli('get', 'pods', '-c', 'nowhere')).toMatchObject({ code: 5 });
    expect(await world.cli('get')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("missing required argument 'resource'"),
    });
    expect(await world.cli('get', 'pods', '--limit', 'x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('whole number'),
    });
    expect(await world.cli('get', 'pods', '-o', 'xml')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('table, wide, json, yaml, name'),
    });
    expect(await world.cli('gte', 'pods')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Did you mean get?'),
    });
    expect(await world.cli('get', 'pods', '--clusters', 'one', '--all-clusters')).toMatchObject({ code: 2 });
  });

  it('takes the cluster and namespace from the environment', async () => {
    const { stdout } = await world.run(['get', 'deploy', '-o', 'name'], {
      env: { PILOTHOUSE_CLUSTER: 'two', PILOTHOUSE_NAMESPACE: 'shop' },
    });
    expect(stdout).toBe('deployment.apps/web\n');
  });

  it('colours only where colours are wanted', async () => {
    const plain = await world.cli('get', 'pods', '-n', 'shop');
    const forced = await world.run(['get', 'pods', '-n', 'shop'], { env: { FORCE_COLOR: '1' } });
    const refused = await world.run(['get', 'pods', '-n', 'shop'], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    const flagged = await world.run(['--no-color', 'get', 'pods', '-n', 'shop'], { env: { FORCE_COLOR: '1' } });
    expect(plain.stdout).not.toContain('\u001b');
    expect(forced.stdout).toContain('\u001b[1m');
    expect(refused.stdout).not.toContain('\u001b');
    expect(flagged.stdout).not.toContain('\u001b');
  });

  it('is quiet when its reader has seen enough', async () => {
    const bin = new URL('../bin/pilothouse.mjs', import.meta.url).pathname;
    const { runProgram } = await import('./run-program.ts');
    const script = `"${process.execPath}" "${bin}" kinds | head -1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await runProgram('bash', ['-c', script], { env: world.env });
    expect(stdout).toMatch(/^NAME .*\n0\n$/);
    expect(stderr).toBe('');
  });
});

describe('a cluster that is dead', () => {
  it('is named on standard error while the others answer, with a code of its own', async () => {
    const dying = await createTestWorld({ clusters: ['alive', 'dead'] });
    try {
      await dying.cluster('dead').close();
      const list = await eventually(
        () => dying.cli('get', 'ns', '--all-clusters'),
        ({ code }) => code !== 0,
      );
      expect(list.code).toBe(9);
      expect(list.stdout).toMatch(/^alive\s+default/m);
      expect(list.stderr).toMatch(/warning: cluster dead .*\(cluster_unreachable\)/);
      const json = await dying.cli('get', 'ns', '--all-clusters', '-o', 'json');
      expect(json.code).toBe(9);
      expect((JSON.parse(json.stdout) as { items: unknown[] }).items.length).toBeGreaterThan(0);
      const only = await dying.cli('get', 'ns', '-c', 'dead');
      expect(only).toMatchObject({
        code: 8,
        stdout: '',
        stderr: expect.stringContaining('next: see where it fails with `pilothouse cluster test`'),
      });
      const test = await dying.cli('cluster', 'test', 'dead');
      expect(test.code).toBe(1);
      expect(test.stdout).toMatch(/✗ reachable/);
    } finally {
      await dying.stop();
    }
  });
});

describe('describe', () => {
  it('explains a workload: health and why, strategy, containers, conditions, events', async () => {
    const { code, stdout } = await world.cli('describe', 'deploy/web', '-n', 'shop');
    expect(code).toBe(0);
    for (const line of [
      /^Name: +web$/m,
      /^Cluster: +one$/m,
      /^Kind: +Deployment \(apps\/v1\)$/m,
      /^Health: +healthy/m,
      /^Replicas: +2 desired, 2 updated, 2 ready, 2 available$/m,
      /^ {2}web:$/m,
      /^ {4}Image: +shop\/web:1$/m,
      /^ {4}Environment: +MODE=prod$/m,
      /PASSWORD from secret db, password$/m,
      /^ {2}Available +True/m,
      /ScalingReplicaSet/,
    ])
      expect(stdout).toMatch(line);
  });

  it('tells the owner and the state of each container of a pod', async () => {
    const { stdout: name } = await world.cli('get', 'pods', '-n', 'shop', '--limit', '1', '-o', 'name');
    const { stdout } = await world.cli('describe', name.trim(), '-n', 'shop');
    expect(stdout).toMatch(/^Owner: +ReplicaSet\/web-/m);
    expect(stdout).toMatch(/^ {4}State: +running for /m);
    expect(stdout).toMatch(/^Node: +node-1/m);
  });

  it('shows the spec of a kind it has no words for, sizes of a secret and cluster-scoped objects', async () => {
    const secret = await world.cli('describe', 'secret', 'db', '-n', 'shop');
    expect(secret.stdout).toMatch(/^Data: +password \(13 bytes\)$/m);
    expect((await world.cli('describe', 'node', 'node-1')).stdout).toMatch(/^Schedulable: +yes$/m);
    expect((await world.cli('describe', 'ns/shop', 'cm/settings', '-n', 'shop')).stdout).toMatch(
      /Name: +shop[\s\S]+Name: +settings/,
    );
  });

  it('reports what is missing and still describes the others', async () => {
    const { code, stdout, stderr } = await world.cli('describe', 'cm', 'nope', 'settings', '-n', 'shop');
    expect(code).toBe(9);
    expect(stdout).toMatch(/^Name: +settings/m);
    expect(stderr).toMatch(/nope/);
  });
});

describe('events and kinds', () => {
  it('lists events oldest first, of an object on request', async () => {
    const { code, stdout } = await world.cli('events', '-n', 'shop');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^LAST SEEN +TYPE +REASON +OBJECT/);
    const forOne = await world.cli('events', '-n', 'shop', '--for', 'deploy/web', '-o', 'json');
    const { items } = JSON.parse(forOne.stdout) as { items: { object: { kind: string } }[] };
    expect(items.length).toBeGreaterThan(0);
    expect(new Set(items.map(({ object }) => object.kind))).toEqual(new Set(['Deployment']));
    expect(await world.cli('events', '--for', 'web')).toMatchObject({ code: 2 });
  });

  it('lists the kinds as kubectl api-resources does', async () => {
    const ours = await world.cli('kinds', '-o', 'name');
    const theirs = await world.kubectl('one', ['api-resources', '-o', 'name']);
    expect(new Set(ours.stdout.trim().split('\n'))).toEqual(new Set(theirs.stdout.trim().split('\n')));
    const apps = await world.cli('api-resources', '--api-group', 'apps');
    expect(apps.stdout).toMatch(/^deployments +deploy +apps\/v1 +true +Deployment$/m);
  });
});

describe('names and labels that would like to command the terminal', () => {
  it('are shown, not obeyed, in tables and descriptions', async () => {
    const evil = '\u001b]0;owned\u0007\u001b[31m\u202e';
    world.cluster('two').store.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'evil', namespace: 'shop', annotations: { note: `x${evil}` } },
      data: { k: evil },
    });
    const described = await eventually(
      () => world.cli('describe', 'cm/evil', '-n', 'shop', '-c', 'two'),
      ({ code }) => code === 0,
    );
    expect(described.stdout).toContain('note=x␛]0;owned␇␛[31m');
    for (const control of ['\u001b', '\u0007', '\u202e']) expect(described.stdout).not.toContain(control);
  });
});

describe('the reference page', () => {
  it('names every command and exit code', async () => {
    const { cliReference } = await import('../src/index.ts');
    const page = cliReference();
    for (const command of ['start', 'login', 'cluster add', 'get', 'exec', 'diff', 'role grant', 'completion'])
      expect(page).toContain(`pilothouse ${command}\n`);
    expect(page).toContain('| 9 | partial |');
    expect(readFileSync(new URL('../../../docs/reference/cli.md', import.meta.url), 'utf8').length).toBeGreaterThan(
      1000,
    );
  });
});

/** Without what changes by itself between two reads, and what the server never keeps. */
function settled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(settled);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value as Record<string, unknown>)
    .filter(([key]) => key !== 'resourceVersion' && key !== 'kubectl.kubernetes.io/last-applied-configuration')
    .map(([key, each]) => [key, settled(each)] as const);
  return Object.fromEntries(entries);
}
