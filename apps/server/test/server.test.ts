import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { readEventStream, type ServerSentEvent } from '@pilothouse/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { describeDatabases } from '../src/platform/database/test-databases.ts';
import { listening, runServerProcess, type ServerProcess } from './server-process.ts';

let data: string;
const running: ServerProcess[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'pilothouse-server-'));
});
afterEach(async () => {
  for (const server of running.splice(0)) {
    server.child.kill('SIGKILL');
    await server.exited;
  }
  rmSync(data, { recursive: true, force: true });
});

function run(args: string[], env: Record<string, string> = {}): ServerProcess {
  const server = runServerProcess(args, { PILOTHOUSE_DATA: data, ...env });
  running.push(server);
  return server;
}

/** Calls with the first administrator's token, which an unattended set-up writes. */
function unattended(): Record<string, string> {
  writeFileSync(join(data, 'password'), 'a bicycle in the harbour\n', { mode: 0o600 });
  return {
    PILOTHOUSE_ADMIN_EMAIL: 'admin@example.org',
    PILOTHOUSE_ADMIN_PASSWORD_FILE: join(data, 'password'),
    PILOTHOUSE_ADMIN_TOKEN_FILE: join(data, 'token'),
  };
}

function client(url: string, token = readFileSync(join(data, 'token'), 'utf8').trim()) {
  return async (path: string, body?: unknown) => {
    const answer = await fetch(url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
}

async function follow(url: string, token: string): Promise<{ got: ServerSentEvent[]; ended: Promise<void> }> {
  const answer = await fetch(`${url}/api/v1/streams`, { headers: { authorization: `Bearer ${token}` } });
  const got: ServerSentEvent[] = [];
  const ended = (async () => {
    for await (const event of readEventStream(answer.body ?? new ReadableStream())) got.push(event);
  })();
  await expect.poll(() => got.length).toBeGreaterThan(0);
  return { got, ended };
}

describe('the server program', { timeout: 60_000 }, () => {
  it('ends with 2 and says everything that is wrong with its configuration', async () => {
    const server = run(['--port=99999', '--nonsense'], { PILOTHOUSE_LOG_LEVEL: 'loud' });
    expect(await server.exited).toBe(2);
    expect(server.printed()).toContain('--nonsense is no flag');
    expect(server.printed()).toContain('--port must be <= 65535');
    expect(server.printed()).toContain(
      'PILOTHOUSE_LOG_LEVEL must be equal to one of the allowed values: debug, info, warn, error',
    );
  });

  it('ends with 1 when its port is taken', async () => {
    const first = run(['--local']);
    const { port } = new URL(await listening(first));
    const other = mkdtempSync(join(tmpdir(), 'pilothouse-server-'));
    const second = run(['--local', '--port', port], { PILOTHOUSE_DATA: other });
    expect(await second.exited).toBe(1);
    expect(second.printed()).toContain('is taken');
    rmSync(other, { recursive: true });
  });

  it('does not share its data folder with another', async () => {
    const first = run(['--local']);
    await listening(first);
    const second = run(['--local']);
    expect(await second.exited).toBe(2);
    expect(second.printed()).toContain('Another server runs on the data folder');
    first.child.kill('SIGKILL');
    await first.exited;
    await listening(run(['--local']));
  });

  it('prints a link that signs in, and writes it to no log', async () => {
    const server = run(['--local', '--access-log=all', '--log-level=debug']);
    const url = await listening(server);
    await expect.poll(server.printed).toContain('/sign-in#token=');
    const token = /#token=(\S+)/.exec(server.printed())?.[1] ?? '';
    const answer = await fetch(`${url}/api/v1/auth/sign-in-once`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(server.logged())).not.toContain(token);
    expect(statSync(join(data, 'pilothouse.db')).mode & 0o077).toBe(0);
  });

  it('stops in order: every stream is told, a running request finishes, and it ends with 0', async () => {
    const server = run([], unattended());
    const url = await listening(server);
    const token = readFileSync(join(data, 'token'), 'utf8').trim();
    const { got, ended } = await follow(url, token);
    const ticket = await client(url)('/api/v1/tickets', { path: '/ws/watch' });
    const socket = new WebSocket(url.replace('http', 'ws') + ticket.body.url);
    await once(socket, 'open');
    const closed = once(socket, 'close');
    server.child.kill('SIGTERM');
    await ended;
    expect(got.at(-1)).toMatchObject({ event: 'close', data: expect.stringContaining('shutting_down') });
    const [status, reason] = await closed;
    expect([status, String(reason)]).toEqual([1001, expect.stringContaining('shutting_down')]);
    expect(await server.exited).toBe(0);
    expect(server.logged().at(-1)).toMatchObject({ message: 'server stopped' });
    expect(server.logged().filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('copies its database while it runs, and seals its secrets with another key when it does not', async () => {
    const server = run([], unattended());
    const url = await listening(server);
    const call = client(url);
    expect(
      (await call('/api/v1/clusters', { name: 'sim', access: { type: 'simulated', profile: 'empty' } })).status,
    ).toBe(201);
    const copy = join(data, 'copy.db');
    expect(await run(['backup', copy]).exited).toBe(0);
    expect(statSync(copy).size).toBeGreaterThan(10_000);
    expect(await run(['rotate-seal-key']).exited).toBe(2);
    server.child.kill('SIGTERM');
    await server.exited;

    const before = readFileSync(join(data, 'seal-keys'), 'utf8');
    const rotation = run(['rotate-seal-key']);
    expect(await rotation.exited, rotation.printed()).toBe(0);
    const after = readFileSync(join(data, 'seal-keys'), 'utf8');
    expect(after).not.toBe(before);
    expect(after.trim().split('\n')).toHaveLength(2);
    const database = new DatabaseSync(join(data, 'pilothouse.db'));
    const { access } = database.prepare('select access from clusters').get() as { access: string };
    database.close();
    expect(after).toContain(`\n${access.split('.')[2]}:`);
    const again = client(await listening(run([])));
    const { status, body } = await again('/api/v1/clusters/sim/test', {});
    expect(status, JSON.stringify(body)).toBe(200);
  });
});

describeDatabases(
  'two servers',
  (use) => {
    it('on one PostgreSQL are one installation', { timeout: 60_000 }, async () => {
      const { location } = use();
      if (!('postgresUrl' in location)) return;
      const env = { ...unattended(), DATABASE_URL: location.postgresUrl };
      // Started together on an empty database: one of them migrates and makes the administrator.
      const sealKeys = { PILOTHOUSE_SEAL_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}` };
      const servers = [run([], { ...env, ...sealKeys }), run([], { ...env, ...sealKeys })];
      const [first = '', second = ''] = await Promise.all(servers.map(listening));
      const token = readFileSync(join(data, 'token'), 'utf8').trim();
      const [one, two] = [client(first), client(second)];

      const { got } = await follow(second, token);
      expect(
        (await one('/api/v1/clusters', { name: 'sim', access: { type: 'simulated', profile: 'empty' } })).status,
      ).toBe(201);
      await expect
        .poll(() => got.some(({ data: text }) => text.includes('cluster.registered')), { timeout: 5000 })
        .toBe(true);
      expect((await two('/api/v1/clusters/sim')).body).toMatchObject({ name: 'sim' });

      const ticket = await one('/api/v1/tickets', { path: '/ws/watch' });
      const socket = new WebSocket(second.replace('http', 'ws') + ticket.body.url);
      await once(socket, 'open');

      const made = await two('/api/v1/me/tokens', { name: 'short', scope: 'write' });
      const short = client(first, String(made.body.value));
      expect((await short('/api/v1/me')).status).toBe(200);

      const third = run([], { ...env, PILOTHOUSE_DATA: mkdtempSync(join(tmpdir(), 'pilothouse-server-')) });
      expect(await third.exited).toBe(2);
      expect(third.printed()).toContain('no such key is here');

      for (const server of servers) server.child.kill('SIGTERM');
      expect(await Promise.all(servers.map((server) => server.exited))).toEqual([0, 0]);
    });
  },
  { keepRows: true },
);
