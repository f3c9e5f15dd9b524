import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRealWorld, describeReal, type RealWorld } from './real-world.ts';

const configMap = (name: string, data: Record<string, string>) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

describeReal('server-side apply on a real API server', () => {
  let world: RealWorld;
  beforeAll(async () => {
    world = await createRealWorld();
  });
  afterAll(() => world?.stop());
  const apply = (manifests: string, ...args: string[]) =>
    world.run(['apply', '-f', '-', '-n', world.namespace, ...args], { input: manifests });
  const dataOf = async (name: string) =>
    JSON.parse((await world.kube('get', 'configmap', name, '-o', 'jsonpath={.data}')).stdout || '{}') as unknown;

  it('creates, configures, and leaves alone what is already so', async () => {
    const first = await apply(configMap('plain', { a: '1' }));
    expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/configmap\/plain created/) });
    const same = await apply(configMap('plain', { a: '1' }));
    expect(same.stdout).toMatch(/configmap\/plain unchanged/);
    const other = await apply(configMap('plain', { a: '2' }));
    expect(other.stdout).toMatch(/configmap\/plain configured/);
    expect(await dataOf('plain')).toEqual({ a: '2' });
  });

  it('keeps nothing of a dry run, and tells what it would do', async () => {
    const before = await world.kube('get', 'configmap', 'plain', '-o', 'yaml');
    const run = await apply(`${configMap('plain', { a: '3' })}\n---\n${configMap('unborn', {})}`, '--dry-run');
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/plain configured/);
    expect(run.stdout).toMatch(/unborn created/);
    expect(await world.kube('get', 'configmap', 'plain', '-o', 'yaml')).toEqual(before);
    expect((await world.kube('get', 'configmap', 'unborn')).stderr).toContain('NotFound');
  });

  it('refuses fields that another manager owns, names the manager and the field, and takes over when forced', async () => {
    const theirs = await world.kubeWith(
      'kube',
      ['-n', world.namespace, 'apply', '--server-side', '--field-manager=other', '-f', '-'],
      { input: configMap('shared', { colour: 'red', size: 'big' }) },
    );
    expect(theirs.code).toBe(0);
    const refused = await apply(configMap('shared', { colour: 'blue' }));
    expect(refused.code).toBe(6);
    const said = refused.stdout + refused.stderr;
    expect(said).toContain('"other"');
    expect(said).toContain('.data.colour');
    expect(said).toContain('--force-conflicts');
    expect(await dataOf('shared')).toEqual({ colour: 'red', size: 'big' });
    const forced = await apply(configMap('shared', { colour: 'blue' }), '--force-conflicts');
    expect(forced).toMatchObject({ code: 0, stdout: expect.stringMatching(/configured/) });
    expect(await dataOf('shared')).toEqual({ colour: 'blue', size: 'big' });
    const owners = await world.kube('get', 'configmap', 'shared', '--show-managed-fields', '-o', 'json');
    const { metadata } = JSON.parse(owners.stdout) as {
      metadata: { managedFields: { manager: string; operation: string; fieldsV1: unknown }[] };
    };
    const ownerOf = (field: string) =>
      metadata.managedFields.filter(({ fieldsV1 }) => JSON.stringify(fieldsV1).includes(field)).map((f) => f.manager);
    expect(ownerOf('f:colour')).toEqual(['pilothouse']);
    expect(ownerOf('f:size')).toEqual(['other']);
  });

  it('goes on after a bad document, says which and why, and exits as partial', async () => {
    const documents = [
      configMap('one', { n: '1' }),
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'Not A Name' } }),
      JSON.stringify({ apiVersion: 'nowhere.example.org/v1', kind: 'Nothing', metadata: { name: 'x' } }),
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'typed' }, data: { n: 1 } }),
      configMap('two', { n: '2' }),
    ].join('\n---\n');
    const { code, stdout, stderr } = await apply(documents);
    expect(code).toBe(9);
    expect(stdout).toMatch(/configmap\/one created/);
    expect(stdout).toMatch(/configmap\/two created/);
    expect(stdout + stderr).toContain('Not A Name');
    expect(stdout + stderr).toContain('nowhere.example.org/v1');
    expect(await dataOf('one')).toEqual({ n: '1' });
    expect(await dataOf('two')).toEqual({ n: '2' });
  });

  it('shows with diff what kubectl diff shows, field by field', async () => {
    const changed = configMap('one', { n: 'one', m: 'new' });
    const { code, stdout } = await world.run(['diff', '-f', '-', '-n', world.namespace], { input: changed });
    expect(code).toBe(1);
    expect(stdout).toMatch(/^-\s+n: "1"/m);
    expect(stdout).toMatch(/^\+\s+n: one/m);
    expect(stdout).toMatch(/^\+\s+m: new/m);
    expect(await dataOf('one')).toEqual({ n: '1' });
  });

  it('deletes what it applied', async () => {
    const gone = await world.cli('delete', 'configmap', 'one', 'two', '-n', world.namespace);
    expect(gone.code).toBe(0);
    expect((await world.kube('get', 'configmap', 'one', 'two', '--ignore-not-found')).stdout).toBe('');
  });
});
