import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWorld, eventually, fixture, fixturePath, type TestWorld } from './test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await createTestWorld();
  expect(await world.cli('apply', '-f', fixturePath('shop.yaml'))).toMatchObject({ code: 0 });
});
afterAll(() => world.stop());

const configMap = (name: string, value: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {value: "${value}"}\n`;

describe('apply', () => {
  it('has a result for each document, in the words of kubectl', async () => {
    const first = await world.cli('apply', '-f', fixturePath('shop.yaml'));
    expect(first.stdout).toBe(
      'namespace/shop unchanged\ndeployment.apps/web unchanged\nservice/web unchanged\nconfigmap/settings unchanged\nsecret/db unchanged\n',
    );
    const changed = fixture('shop.yaml').replace('mode: prod', 'mode: test');
    const second = await world.run(['apply', '-f', '-'], { input: changed });
    expect(second.stdout).toContain('configmap/settings configured (1 field)\n');
  });

  it('takes files, folders and standard input, in order, into the namespace asked for', async () => {
    const folder = join(world.home, 'manifests');
    mkdirSync(join(folder, 'deep'), { recursive: true });
    writeFileSync(join(folder, 'b.yaml'), configMap('b', '1'));
    writeFileSync(join(folder, 'a.yml'), configMap('a', '1'));
    writeFileSync(join(folder, 'notes.txt'), 'not a manifest');
    writeFileSync(
      join(folder, 'deep', 'c.json'),
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }),
    );
    const flat = await world.run(['apply', '-n', 'shop', '-f', folder, '-f', '-'], { input: configMap('z', '1') });
    expect(flat).toMatchObject({ code: 0, stdout: 'configmap/a created\nconfigmap/b created\nconfigmap/z created\n' });
    const deep = await world.cli('apply', '-n', 'shop', '-R', '-f', folder);
    expect(deep.stdout).toContain('configmap/c created\n');
  });

  it('keeps nothing of a dry run', async () => {
    const dry = await world.run(['apply', '--dry-run', '-f', '-'], { input: configMap('dry', '1') });
    expect(dry).toMatchObject({ code: 0, stdout: 'configmap/dry created (dry run)\n' });
    expect(await world.cli('get', 'cm', 'dry')).toMatchObject({ code: 5 });
    expect(await world.run(['apply', '--dry-run=server', '-f', '-'], { input: configMap('dry', '1') })).toMatchObject({
      code: 0,
    });
    expect(await world.run(['apply', '--dry-run=client', '-f', '-'], { input: configMap('dry', '1') })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--dry-run=server'),
    });
  });

  it('names the manager of a field in conflict, and takes it over when told to', async () => {
    const theirs = await world.kubectl('one', ['apply', '--server-side', '-f', '-'], {
      input: configMap('shared', 'theirs'),
    });
    expect(theirs.code).toBe(0);
    const conflict = await world.run(['apply', '-f', '-'], { input: configMap('shared', 'ours') });
    expect(conflict).toMatchObject({ code: 6, stdout: '' });
    expect(conflict.stderr).toMatch(/^error: configmap\/shared: /m);
    expect(conflict.stderr).toMatch(/\.data\.value is owned by kubectl/);
    expect(conflict.stderr).toContain('--force-conflicts');
    const forced = await world.run(['apply', '--force-conflicts', '-f', '-'], { input: configMap('shared', 'ours') });
    expect(forced).toMatchObject({ code: 0, stdout: expect.stringContaining('configmap/shared configured') });
    const back = await world.kubectl('one', ['apply', '--server-side', '-f', '-'], {
      input: configMap('shared', 'theirs'),
    });
    expect(back.stderr).toContain('"pilothouse"');
  });

  it('goes on after a bad document and says which it was', async () => {
    const input = `${configMap('good-1', '1')}---\napiVersion: v1\nkind: Nonsense\nmetadata: {name: bad}\n---\n${configMap('good-2', '1')}`;
    const { code, stdout, stderr } = await world.run(['apply', '-f', '-'], { input });
    expect(code).toBe(9);
    expect(stdout).toBe('configmap/good-1 created\nconfigmap/good-2 created\n');
    expect(stderr).toContain('nonsense/bad');
  });

  it.each([
    [['apply', '-f', '/does/not/exist'], /no file or folder \/does\/not\/exist/],
    [['apply'], /required option '-f, --filename <path>' not specified/],
    [['apply', '-f', '-', '--server-side=false'], /server side only/],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await world.run(args, { input: '' });
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });

  it('says so when there is nothing to apply', async () => {
    expect(await world.run(['apply', '-f', '-'], { input: '\n' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('nothing'),
    });
    expect((await world.run(['apply', '-f', '-'], { input: 'a: [1' })).code).toBeGreaterThan(1);
  });

  it('prints results as data', async () => {
    const { stdout } = await world.run(['apply', '-f', '-', '-o', 'json'], { input: configMap('data', '1') });
    expect(JSON.parse(stdout)).toMatchObject({
      results: [{ action: 'created', ref: { kind: 'ConfigMap', name: 'data' }, file: 'standard input' }],
    });
    expect((await world.run(['apply', '-f', '-', '-o', 'name'], { input: configMap('data', '2') })).stdout).toBe(
      'configmap/data\n',
    );
  });
});

describe('diff', () => {
  it('exits 0 for no difference, 1 for some, above for a failure', async () => {
    await world.run(['apply', '-f', '-'], { input: configMap('diffed', 'one') });
    const none = await world.run(['diff', '-f', '-'], { input: configMap('diffed', 'one') });
    expect(none).toMatchObject({ code: 0, stdout: '', stderr: '' });
    const some = await world.run(['diff', '-f', '-'], { input: configMap('diffed', 'two') });
    expect(some.code).toBe(1);
    expect(some.stdout).toMatch(/^--- configmap\/diffed \(live\)\n\+\+\+ configmap\/diffed \(applied\)\n@@ /);
    expect(some.stdout).toMatch(/^-\s+value: "?one"?$/m);
    expect(some.stdout).toMatch(/^\+\s+value: "?two"?$/m);
    const created = await world.run(['diff', '-f', '-'], { input: configMap('brand-new', 'x') });
    expect(created).toMatchObject({ code: 1, stdout: expect.stringMatching(/^--- \/dev\/null/) });
    const failed = await world.run(['diff', '-f', '-'], {
      input: 'apiVersion: v1\nkind: Nonsense\nmetadata: {name: x}\n',
    });
    expect(failed.code).toBeGreaterThan(1);
    expect(await world.cli('get', 'cm', 'brand-new')).toMatchObject({ code: 5 });
  });

  it('does not show the values of a secret', async () => {
    const changed = fixture('shop.yaml').replace('s3cret-s3cret', 'other-s3cret');
    const { code, stdout } = await world.run(['diff', '-f', '-'], { input: changed });
    expect(code).toBe(1);
    expect(stdout).not.toMatch(/s3cret|b3RoZXI|czNjcmV0/);
  });
});

describe('scale and restart', () => {
  it('scales through the scale subresource, dry run first', async () => {
    expect(await world.cli('scale', 'deploy/web', '-n', 'shop', '--replicas', '4', '--dry-run')).toMatchObject({
      code: 0,
      stdout: 'deployment.apps/web scaled from 2 to 4 (dry run)\n',
    });
    expect(await world.cli('scale', 'deploy', 'web', '-n', 'shop', '--replicas', '3')).toMatchObject({
      code: 0,
      stdout: 'deployment.apps/web scaled from 2 to 3\n',
    });
    await eventually(
      () => world.cli('get', 'pods', '-n', 'shop', '-l', 'app=web', '-o', 'name'),
      ({ stdout }) => stdout.trim().split('\n').length === 3,
    );
    expect((await world.cli('scale', 'cm/settings', '-n', 'shop', '--replicas', '3')).code).toBeGreaterThan(1);
    expect(await world.cli('scale', 'deploy/web', '--replicas=-1')).toMatchObject({ code: 2 });
    expect(await world.cli('scale', 'deploy/nope', 'deploy/web', '-n', 'shop', '--replicas', '2')).toMatchObject({
      code: 9,
      stdout: 'deployment.apps/web scaled from 3 to 2\n',
    });
  });

  it('restarts a rollout as kubectl does', async () => {
    const template = async () =>
      JSON.parse((await world.cli('get', 'deploy/web', '-n', 'shop', '-o', 'json')).stdout).spec.template.metadata;
    expect(await world.cli('restart', 'deploy/web', '-n', 'shop')).toMatchObject({
      code: 0,
      stdout: 'deployment.apps/web restarted\n',
    });
    expect(await template()).toMatchObject({
      annotations: { 'kubectl.kubernetes.io/restartedAt': expect.any(String) },
    });
    expect((await world.cli('restart', 'svc/web', '-n', 'shop')).code).toBeGreaterThan(1);
  });
});

describe('delete', () => {
  const make = (...names: string[]) =>
    world.run(['apply', '-f', '-'], { input: names.map((name) => configMap(name, '1')).join('---\n') });

  it('deletes by name, waits until it is gone, and knows what is not there', async () => {
    await make('gone-1', 'gone-2');
    expect(await world.cli('delete', 'cm', 'gone-1', 'gone-2')).toMatchObject({
      code: 0,
      stdout: 'configmap/gone-1 deleted\nconfigmap/gone-2 deleted\n',
    });
    expect(await world.cli('delete', 'cm/gone-1')).toMatchObject({ code: 5 });
    expect(await world.cli('delete', 'cm/gone-1', '--ignore-not-found')).toMatchObject({ code: 0 });
    expect(await world.cli('delete', 'cm')).toMatchObject({ code: 2, stderr: expect.stringContaining('Say which cm') });
  });

  it('deletes by selector and only what matches', async () => {
    await make('keep');
    const labelled = configMap('drop', '1').replace('{name: drop}', '{name: drop, labels: {go: away}}');
    await world.run(['apply', '-f', '-'], { input: labelled });
    const labels = async () => (await world.cli('get', 'cm', '-l', 'go=away', '-o', 'name')).stdout;
    await eventually(labels, (names) => names === 'configmap/drop\n');
    expect(await world.cli('delete', 'cm', '-l', 'go=away')).toMatchObject({
      code: 0,
      stdout: 'configmap/drop deleted\n',
    });
    expect(await world.cli('get', 'cm', 'keep')).toMatchObject({ code: 0 });
    expect(await world.cli('delete', 'cm', '-l', 'go=away')).toMatchObject({
      code: 0,
      stdout: '',
      stderr: 'Nothing matches, nothing was deleted.\n',
    });
  });

  it('asks a person once before several go, and shows which', async () => {
    await make('ask-1', 'ask-2');
    const no = await world.terminal('pilothouse delete cm ask-1 ask-2; echo "code $?"', 'n\n');
    for (const text of [
      'configmap/ask-1 in default',
      'configmap/ask-2 in default',
      'Delete these 2 objects on one? [y/N]',
    ])
      expect(no.stdout).toContain(text);
    expect(no.stdout).toContain('code 1');
    expect(await world.cli('get', 'cm', 'ask-1', 'ask-2')).toMatchObject({ code: 0 });
    expect((await world.terminal('pilothouse delete cm ask-1 ask-2', 'y\n')).stdout).toContain(
      'configmap/ask-2 deleted',
    );
    await make('ask-3');
    expect((await world.terminal('pilothouse delete cm ask-3', '')).stdout).not.toContain('[y/N]');
  });

  it('deletes what files name, last first, and nothing on a dry run', async () => {
    const file = world.file('both.yaml', `${configMap('file-1', '1')}---\n${configMap('file-2', '1')}`);
    await world.cli('apply', '-f', file);
    expect((await world.cli('delete', '-f', file, '--dry-run')).stdout).toBe(
      'configmap/file-2 deleted (dry run)\nconfigmap/file-1 deleted (dry run)\n',
    );
    expect((await world.cli('delete', '-f', file, '-o', 'name')).stdout).toBe('configmap/file-2\nconfigmap/file-1\n');
    expect(await world.cli('get', 'cm', 'file-1')).toMatchObject({ code: 5 });
  });

  it('takes along what a workload owns, or leaves it', async () => {
    await world.cli('delete', 'deploy/web', '-n', 'shop', '--cascade', 'orphan');
    expect((await world.cli('get', 'rs', '-n', 'shop', '-o', 'name')).stdout).toContain('replicaset.apps/web-');
    await world.cli('apply', '-f', fixturePath('shop.yaml'));
    await world.cli('delete', 'deploy/web', '-n', 'shop', '--cascade', 'foreground');
    await eventually(
      () => world.cli('get', 'pods', '-n', 'shop', '-o', 'name'),
      ({ stdout }) => stdout === '',
    );
  });

  it('says what holds an object that does not go', async () => {
    const held = configMap('held', '1').replace('{name: held}', '{name: held, finalizers: [example.com/hold]}');
    await world.run(['apply', '-f', '-'], { input: held });
    const { code, stdout, stderr } = await world.cli('delete', 'cm/held', '--timeout', '300ms');
    expect(stdout).toBe('configmap/held deleted, waiting for example.com/hold\n');
    expect(code).toBe(8);
    expect(stderr).toMatch(/still there after/);
    expect(await world.cli('delete', 'cm/held', '--wait=false')).toMatchObject({ code: 0 });
  });
});
