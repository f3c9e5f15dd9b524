import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAppError } from '@pilothouse/core';
import { afterAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { createAuthority } from '../../test/support/certificates.ts';
import { inClusterConnection } from './in-cluster-connection.ts';
import { loadLocalKubeconfig } from './local-kubeconfig.ts';
import { parseKubeconfig } from './parse-kubeconfig.ts';

const authority = createAuthority();
const client = authority.issue({ name: 'ada', hosts: [] });
const base64 = (text: string): string => Buffer.from(text).toString('base64');

type Fields = Record<string, unknown>;

function config(cluster: Fields = {}, user: Fields = {}, extra: Fields = {}): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'prod',
    clusters: [{ name: 'c', cluster: { server: 'https://203.0.113.7:6443', ...cluster } }],
    users: [{ name: 'u', user: { token: 'secret', ...user } }],
    contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u', namespace: 'shop' } }],
    ...extra,
  });
}

function thrown(act: () => unknown) {
  try {
    act();
  } catch (error) {
    if (isAppError(error))
      return { code: error.code, pointers: error.details.map(({ pointer }) => pointer), message: error.message };
    throw error;
  }
  return undefined;
}

describe('a kubeconfig from outside', () => {
  it('gives its contexts and their connections', () => {
    const text = config({ 'certificate-authority-data': base64(authority.certificate), 'tls-server-name': 'api' });
    const kubeconfig = parseKubeconfig(text, 'api');
    expect(kubeconfig.contexts).toEqual([
      { name: 'prod', cluster: 'c', user: 'u', namespace: 'shop', server: 'https://203.0.113.7:6443' },
    ]);
    expect(kubeconfig.current).toBe('prod');
    expect(kubeconfig.connectionFor('prod')).toEqual({
      server: 'https://203.0.113.7:6443',
      certificateAuthority: authority.certificate,
      tlsServerName: 'api',
      addresses: 'public',
      credentials: { type: 'token', token: 'secret' },
    });
  });

  it('may sign in with a client certificate, which comes before a token', () => {
    const user = { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(client.key) };
    const { credentials } = parseKubeconfig(config({}, user), 'api').connectionFor('prod');
    expect(credentials).toEqual({ type: 'client-certificate', certificate: client.certificate, key: client.key });
  });

  it('may be JSON', () => {
    const text = JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://203.0.113.7' } }],
      users: [],
      contexts: [{ name: 'x', context: { cluster: 'c', user: '' } }],
    });
    expect(parseKubeconfig(text, 'api').connectionFor('x').credentials).toEqual({ type: 'none' });
  });

  it.each<[string, Fields, Fields, string]>([
    ['a command to run', {}, { exec: { command: '/bin/sh', args: ['-c', 'touch /tmp/pwned'] } }, '/users/0/user/exec'],
    ['a sign-in plugin', {}, { 'auth-provider': { name: 'gcp' } }, '/users/0/user/auth-provider'],
    ['a token file', {}, { tokenFile: '/etc/shadow' }, '/users/0/user/tokenFile'],
    ['a certificate file', {}, { 'client-certificate': '/etc/passwd' }, '/users/0/user/client-certificate'],
    ['a key file', {}, { 'client-key': '../key.pem' }, '/users/0/user/client-key'],
    ['a CA file', { 'certificate-authority': '/etc/hosts' }, {}, '/clusters/0/cluster/certificate-authority'],
    ['a proxy', { 'proxy-url': 'socks5://10.0.0.1' }, {}, '/clusters/0/cluster/proxy-url'],
    ['TLS without checking', { 'insecure-skip-tls-verify': true }, {}, '/clusters/0/cluster/insecure-skip-tls-verify'],
    ['such as a text', { 'insecure-skip-tls-verify': 'true' }, {}, '/clusters/0/cluster/insecure-skip-tls-verify'],
    ['no TLS', { server: 'http://203.0.113.7' }, {}, '/clusters/0/cluster/server'],
    ['basic authentication', {}, { username: 'a', password: 'b' }, '/users/0/user/username'],
    ['impersonation', {}, { as: 'system:admin' }, '/users/0/user/as'],
    ['impersonation of groups', {}, { 'as-groups': ['system:masters'] }, '/users/0/user/as-groups'],
  ])('is refused with %s', (_case, cluster, user, pointer) => {
    const kubeconfig = parseKubeconfig(config(cluster, user), 'api');
    expect(kubeconfig.contexts[0]?.refusal).toMatchObject({ code: 'kubeconfig_refused', kind: 'invalid' });
    const refusal = thrown(() => kubeconfig.connectionFor('prod'));
    expect(refusal).toMatchObject({ code: 'kubeconfig_refused' });
    expect(refusal?.pointers).toContain(pointer);
    expect(refusal?.message).not.toContain('secret');
  });

  it.each(['https://127.0.0.1:6443', 'https://[::ffff:169.254.169.254]', 'https://169.254.169.254/latest'])(
    'is refused with the address %s, unless any address is allowed',
    (server) => {
      expect(thrown(() => parseKubeconfig(config({ server }), 'api').connectionFor('prod'))?.code).toBe(
        'address_refused',
      );
      const allowed = parseKubeconfig(config({ server }), { mode: 'api', addresses: 'any' });
      expect(allowed.connectionFor('prod').addresses).toBe('any');
    },
  );

  it('may skip checking TLS when that is allowed', () => {
    const text = config({ 'insecure-skip-tls-verify': true });
    const kubeconfig = parseKubeconfig(text, { mode: 'api', allowInsecureTls: true });
    expect(kubeconfig.connectionFor('prod').insecureSkipTlsVerify).toBe(true);
  });

  it('has one bad context and keeps the others', () => {
    const text = config(
      {},
      {},
      {
        users: [
          { name: 'u', user: { token: 't' } },
          { name: 'evil', user: { exec: { command: 'sh' } } },
        ],
        contexts: [
          { name: 'prod', context: { cluster: 'c', user: 'u' } },
          { name: 'evil', context: { cluster: 'c', user: 'evil' } },
          { name: 'nowhere', context: { cluster: 'gone', user: 'u' } },
        ],
      },
    );
    const { contexts } = parseKubeconfig(text, 'api');
    expect(contexts.map(({ name, refusal }) => [name, refusal?.code])).toEqual([
      ['prod', undefined],
      ['evil', 'kubeconfig_refused'],
      ['nowhere', 'invalid_kubeconfig'],
    ]);
  });

  it.each<[string, Fields, Fields]>([
    ['a server that is no URL', { server: 'my-cluster' }, {}],
    ['a server with a password', { server: 'https://a:b@203.0.113.7' }, {}],
    ['a server of another scheme', { server: 'file:///etc/passwd' }, {}],
    ['a CA that is not base64', { 'certificate-authority-data': '!!!' }, {}],
    ['a CA that is no certificate', { 'certificate-authority-data': base64('hello') }, {}],
    ['a key without certificate', {}, { 'client-key-data': base64(client.key) }],
    [
      'a key of another certificate',
      {},
      { 'client-certificate-data': base64(client.certificate), 'client-key-data': base64(authority.key) },
    ],
    ['a token with a line break', {}, { token: 'a\nX-Evil: 1' }],
  ])('is invalid with %s', (_case, cluster, user) => {
    const refusal = thrown(() => parseKubeconfig(config(cluster, user), 'api').connectionFor('prod'));
    expect(refusal?.code).toBe('invalid_kubeconfig');
    expect(refusal?.pointers.every((pointer) => pointer.startsWith('/'))).toBe(true);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['a text', 'hello'],
    ['a list', '[]'],
    ['another kind', 'kind: Pod'],
    ['broken YAML', 'clusters: [\n  - {'],
    ['no contexts', 'clusters: []'],
    ['contexts that are no list', 'contexts: {}'],
    ['a context without a name', 'contexts: [{}]'],
    ['a context that is a text', 'contexts: [{name: a, context: b}]'],
    ['the same key twice', 'contexts: []\ncontexts: []'],
    ['more than 1 MiB', `# ${'x'.repeat(1024 * 1024)}`],
    ['brackets without end', '['.repeat(100_000)],
    ['deep maps', Array.from({ length: 5000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    [
      'a billion laughs',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
        .split('')
        .map(
          (name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefg'[index]}`).join(',')}]`,
        )
        .join('\n')}\ncontexts: *h`,
    ],
  ])('is invalid with %s', (_case, text) => {
    expect(thrown(() => parseKubeconfig(text, 'api'))?.code).toBe('invalid_kubeconfig');
  });

  it('does not know contexts that it does not name', () => {
    expect(thrown(() => parseKubeconfig(config(), 'api').connectionFor('other'))?.code).toBe('not_found');
    expect(parseKubeconfig(config({}, {}, { 'current-context': 'other' }), 'api').current).toBeUndefined();
  });

  it('is not fooled by names from the prototype', () => {
    const text = config(
      {},
      {},
      { contexts: [{ name: '__proto__', context: { cluster: 'constructor', user: 'toString' } }] },
    );
    expect(parseKubeconfig(text, 'api').contexts[0]?.refusal?.code).toBe('invalid_kubeconfig');
  });
});

describe("the local user's own kubeconfig", () => {
  const folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function file(name: string, text: string): string {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { mode: 0o700 });
    return path;
  }

  function tokenOf(path: string, refresh = false): Promise<string> {
    const { credentials } = loadLocalKubeconfig([path])?.connectionFor('prod') ?? {};
    if (credentials?.type !== 'token-source') throw new Error('no token source');
    return credentials.token({ refresh });
  }

  it('reads files beside it', async () => {
    file('pki/ca.crt', authority.certificate);
    file('pki/token', 'from-file\n');
    const path = file('files.yaml', config({ 'certificate-authority': 'pki/ca.crt' }, { tokenFile: 'pki/token' }));
    expect(loadLocalKubeconfig([path])?.connectionFor('prod')).toMatchObject({
      certificateAuthority: authority.certificate,
      addresses: 'any',
    });
    expect(await tokenOf(path)).toBe('from-file');
  });

  it('runs a plugin, without a shell, once for all who wait, and again when asked to refresh', async () => {
    const log = join(folder, 'runs');
    const credential = JSON.stringify({
      status: { token: 'from-plugin', expirationTimestamp: '2999-01-01T00:00:00Z' },
    });
    file('plugin.sh', `#!/bin/sh\necho "$KUBERNETES_EXEC_INFO $EXTRA $1" >> "${log}"\necho '${credential}'\n`);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: './plugin.sh',
      args: ['$(id); echo'],
      env: [{ name: 'EXTRA', value: 'extra' }],
    };
    const path = file('exec.yaml', config({}, { token: '', exec }));
    const { credentials } = loadLocalKubeconfig([path])?.connectionFor('prod') ?? {};
    if (credentials?.type !== 'token-source') throw new Error('no token source');
    const ask = (refresh: boolean): Promise<string> => credentials.token({ refresh });
    expect(await Promise.all([ask(false), ask(false)])).toEqual(['from-plugin', 'from-plugin']);
    await ask(false);
    await ask(true);
    const { readFileSync } = await import('node:fs');
    const runs = readFileSync(log, 'utf8').trim().split('\n');
    expect(runs).toHaveLength(2);
    expect(runs[0]).toContain('"interactive":false');
    expect(runs[0]).toContain('extra $(id); echo');
  });

  it.each([
    ['that fails', '#!/bin/sh\necho "please log in" >&2\nexit 1\n', 'please log in'],
    ['that says nothing', '#!/bin/sh\n', 'not JSON'],
    ['that gives no token', '#!/bin/sh\necho "{}"\n', 'no token'],
  ])('reports a plugin %s', async (name, script, words) => {
    file('bad.sh', script);
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: join(folder, 'bad.sh'),
      installHint: 'Install it.',
    };
    const path = file(`${name}.yaml`, config({}, { token: '', exec }));
    await expect(tokenOf(path)).rejects.toMatchObject({
      code: 'cluster_unauthorized',
      message: expect.stringContaining(words),
    });
  });

  it('is merged from several files, the first to name something wins, and missing files are skipped', () => {
    const one = file('one.yaml', config({ server: 'https://one.example.com' }));
    const two = file(
      'two.yaml',
      `${config({ server: 'https://two.example.com' })}`.replace('name: prod', 'name: other'),
    );
    const merged = loadLocalKubeconfig([join(folder, 'missing'), one, two]);
    expect(merged?.contexts.map(({ name, server }) => [name, server])).toEqual([
      ['prod', 'https://one.example.com'],
      ['other', 'https://one.example.com'],
    ]);
    expect(loadLocalKubeconfig([join(folder, 'missing')])).toBeUndefined();
  });
});

describe('the connection from inside a pod', () => {
  it('reads the service account, and is not there outside', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'service-account-'));
    writeFileSync(join(folder, 'ca.crt'), authority.certificate);
    writeFileSync(join(folder, 'token'), 'pod-token\n');
    const environment = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    const connection = inClusterConnection(environment, folder);
    expect(connection).toMatchObject({ server: 'https://[fd00::1]:443', certificateAuthority: authority.certificate });
    if (connection.credentials.type !== 'token-source') throw new Error('no token source');
    expect(await connection.credentials.token({ refresh: false })).toBe('pod-token');
    rmSync(folder, { recursive: true });
    expect(thrown(() => inClusterConnection(environment, folder))?.code).toBe('not_found');
    expect(thrown(() => inClusterConnection({}, folder))?.code).toBe('not_found');
  });
});
