import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestWorld, type TestWorld } from './test-world.ts';

let world: TestWorld;
const password = 'seven green lamps hum at dusk';
const configPath = () => join(world.home, '.config', 'pilothouse', 'config.json');

beforeAll(async () => {
  const secrets = mkdtempSync(join(tmpdir(), 'pilothouse-secrets-'));
  const passwordFile = join(secrets, 'password');
  writeFileSync(passwordFile, `${password}\n`);
  world = await createTestWorld({
    local: false,
    clusters: [],
    serverEnv: { PILOTHOUSE_ADMIN_EMAIL: 'admin@example.com', PILOTHOUSE_ADMIN_PASSWORD_FILE: passwordFile },
  });
});
afterAll(() => world.stop());

const login = (email = 'admin@example.com', secret = password) =>
  world.run(['login', world.url, '--email', email, '--password-file', '-'], { input: `${secret}\n` });

describe('login and logout', () => {
  it('says what to do where nobody is signed in', async () => {
    expect(await world.cli('whoami')).toMatchObject({ code: 3, stderr: expect.stringContaining('pilothouse login') });
    const unknown = await world.run(['whoami'], { env: { PILOTHOUSE_SERVER: world.url } });
    expect(unknown).toMatchObject({ code: 3 });
  });

  it('swaps the password for a personal token that only this person can read', async () => {
    expect(await login()).toMatchObject({ code: 0, stderr: `Signed in to ${world.url} as admin@example.com.\n` });
    expect(statSync(configPath()).mode & 0o777).toBe(0o600);
    const saved = readFileSync(configPath(), 'utf8');
    expect(saved).not.toContain(password);
    expect(saved).toMatch(/"token": "ph_/);
    const me = await world.cli('whoami');
    expect(me.stdout).toMatch(/^User: +.*<admin@example\.com>$/m);
    expect(me.stdout).toMatch(/^Signed in by: +personal token$/m);
    expect((await world.cli('token', 'list')).stdout).toMatch(/^pilothouse CLI on /m);
  });

  it('revokes that token on logout', async () => {
    const { token } = Object.values(
      (JSON.parse(readFileSync(configPath(), 'utf8')) as { servers: Record<string, { token: string }> }).servers,
    )[0] ?? { token: '' };
    expect(await world.cli('logout')).toMatchObject({ code: 0, stderr: `Signed out of ${world.url}.\n` });
    expect(
      await world.run(['whoami'], { env: { PILOTHOUSE_SERVER: world.url, PILOTHOUSE_TOKEN: token } }),
    ).toMatchObject({ code: 3 });
    expect(await world.cli('logout')).toMatchObject({ code: 0, stderr: 'Not signed in.\n' });
    await login();
  });

  it('refuses a wrong password, a wrong token and no terminal', async () => {
    expect(await login('admin@example.com', 'not the password')).toMatchObject({ code: 3 });
    expect(await world.cli('login', world.url, '--token', 'ph_wrong')).toMatchObject({ code: 3 });
    expect(await world.cli('login', world.url, '--email', 'a@b.c')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--password-file'),
    });
    expect(await world.cli('login', 'https://user:pw@example.com')).toMatchObject({ code: 2 });
    expect(await world.cli('whoami')).toMatchObject({ code: 0 });
  });

  it('asks in a terminal and does not show what is typed', async () => {
    const session = await world.terminal(
      `pilothouse login ${world.url} --email admin@example.com; echo "code $?"`,
      `${password}\n`,
    );
    expect(session.stdout).toContain('Password: ');
    expect(session.stdout).toContain('code 0');
    // The terminal echoes what was typed before the program took over; the program itself never does.
    expect(session.stdout.split('Password: ')[1]).not.toContain(password);
  });

  it('takes a token from a file or the environment before the saved one', async () => {
    const { stdout: token } = await world.cli('token', 'create', 'ci', '--scope', 'read', '--expires-in', '1');
    const file = world.file('token', token);
    expect(await world.run(['whoami', '-o', 'name'], { env: { PILOTHOUSE_TOKEN_FILE: file } })).toMatchObject({
      code: 0,
    });
    expect(await world.run(['whoami'], { env: { PILOTHOUSE_TOKEN: 'ph_nonsense' } })).toMatchObject({ code: 3 });
    expect(await world.run(['whoami'], { env: { PILOTHOUSE_TOKEN_FILE: '/nowhere' } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('/nowhere'),
    });
    const readOnly = await world.run(['token', 'create', 'x'], { env: { PILOTHOUSE_TOKEN_FILE: file } });
    expect(readOnly.code).toBe(4);
  });

  it('never overwrites a configuration it cannot read', async () => {
    const broken = world.file('broken.json', '{"servers": ');
    const { code, stderr } = await world.run(['login', world.url, '--token', 'x'], {
      env: { PILOTHOUSE_CLI_CONFIG: broken },
    });
    expect(code).toBeGreaterThan(0);
    expect(stderr.length).toBeGreaterThan(0);
    expect(readFileSync(broken, 'utf8')).toBe('{"servers": ');
  });
});

describe('tokens', () => {
  it('prints a new one alone on standard output, lists and revokes it', async () => {
    const made = await world.cli('token', 'create', 'deploy');
    expect(made.stdout).toMatch(/^ph_\w+\n$/);
    expect(made.stderr).toContain('shown only now');
    expect((await world.cli('token', 'list', '-o', 'json')).stdout).not.toContain(made.stdout.trim());
    expect(await world.cli('token', 'rm', 'deploy')).toMatchObject({ code: 0 });
    expect(await world.cli('token', 'rm', 'deploy')).toMatchObject({ code: 5 });
    expect(await world.run(['whoami'], { env: { PILOTHOUSE_TOKEN: made.stdout.trim() } })).toMatchObject({ code: 3 });
    expect(await world.cli('token', 'create', 'x', '--scope', 'everything')).toMatchObject({ code: 2 });
  });
});

describe('users, roles and the audit log', () => {
  it('adds a user with a password printed once, gives and takes roles', async () => {
    const added = await world.cli('user', 'add', 'vera@example.com', '--name', 'Vera');
    expect(added).toMatchObject({ code: 0, stderr: expect.stringContaining('vera@example.com added') });
    expect((await world.cli('user', 'list')).stdout).toMatch(/^vera@example\.com +Vera +enabled/m);
    expect(await world.cli('role', 'grant', 'vera@example.com', 'viewer', '--expires', '8h')).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('viewer everywhere until'),
    });
    expect((await world.cli('role', 'list', '--user', 'vera@example.com')).stdout).toMatch(
      /^vera@example\.com +viewer +\(everywhere\)/m,
    );

    const hers = { PILOTHOUSE_CLI_CONFIG: join(world.home, 'vera.json') };
    const signedIn = await world.run(['login', world.url, '--email', 'vera@example.com', '--password-file', '-'], {
      input: added.stdout,
      env: hers,
    });
    expect(signedIn).toMatchObject({ code: 0 });
    expect(await world.run(['cluster', 'add', 'mine', '--simulated'], { env: hers })).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/request id/),
    });

    expect(await world.cli('role', 'revoke', 'vera@example.com', 'viewer')).toMatchObject({ code: 0 });
    expect(await world.cli('role', 'revoke', 'vera@example.com', 'viewer')).toMatchObject({ code: 5 });
    expect(await world.cli('user', 'disable', 'vera@example.com')).toMatchObject({ code: 0 });
    expect(await world.run(['whoami'], { env: hers })).toMatchObject({ code: 3 });
    expect(await world.cli('user', 'enable', 'vera@example.com')).toMatchObject({ code: 0 });
    expect(await world.cli('user', 'rm', 'vera@example.com')).toMatchObject({ code: 0 });
    expect((await world.cli('user', 'list', '-o', 'name')).stdout).toBe('admin@example.com\n');
  });

  it('refuses what makes no sense', async () => {
    expect(await world.cli('role', 'grant', 'admin@example.com', 'emperor')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('viewer, operator or admin'),
    });
    expect(await world.cli('role', 'grant', 'admin@example.com', 'viewer', '--namespaces', 'a')).toMatchObject({
      code: 2,
    });
    expect(await world.cli('role', 'grant', 'admin@example.com', 'viewer', '--expires', 'later')).toMatchObject({
      code: 2,
    });
    expect(await world.cli('user', 'disable', 'nobody@example.com')).toMatchObject({ code: 5 });
    expect(await world.cli('user', 'disable', 'admin@example.com')).toMatchObject({ code: 6 });
  });

  it('tells who did what', async () => {
    const { code, stdout } = await world.cli('audit', '--limit', '50');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^TIME +ACTOR +VERB +OBJECT +RESULT/);
    expect(stdout).toMatch(/user\.create/);
    const { items } = JSON.parse(
      (await world.cli('audit', '-o', 'json', '--since', '1h', '--verb', 'user.create')).stdout,
    ) as { items: { verb: string }[] };
    expect(new Set(items.map(({ verb }) => verb))).toEqual(new Set(['user.create']));
  });
});

describe('version', () => {
  it('is that of this tool and of the server', async () => {
    expect((await world.cli('version')).stdout).toMatch(/^client: \d+\.\d+\.\d+\nserver: \S+\n$/);
    expect(
      (await world.run(['version', '--client'], { env: { PILOTHOUSE_CLI_CONFIG: '/nowhere/at/all' } })).stdout,
    ).toMatch(/^client: \S+\n$/);
    expect((await world.cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
