import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { AuditEntry, PlatformEvent, Session, User } from '@pilothouse/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeDatabases, type TestDatabase } from '../../platform/database/test-databases.ts';
import { goodPassword } from './identity-test-rig.ts';

const main = fileURLToPath(new URL('../../main.ts', import.meta.url));

type Page<T> = { items: T[]; nextCursor?: string };
type Server = { url: string; process: ChildProcess };

/** The real server as a process of its own, killed without warning while it answers. */
describeDatabases('kill -9', (use) => {
  let folder: string;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pilothouse-crash-'));
    writeFileSync(join(folder, 'password'), goodPassword);
  });
  afterEach(async () => {
    for (const child of children.splice(0)) await kill(child);
    rmSync(folder, { recursive: true, force: true });
  });

  function launch(): ChildProcess {
    const child = spawn(process.execPath, [main], {
      env: environment(use(), folder),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    children.push(child);
    return child;
  }

  async function start(): Promise<Server> {
    const child = launch();
    let output = '';
    for await (const chunk of child.stdout ?? []) {
      output += String(chunk);
      const url = /"url":"(http[^"]+)"/.exec(output)?.[1];
      if (url !== undefined) {
        child.stdout?.resume();
        return { url, process: child };
      }
    }
    throw new Error(`The server ended by itself: ${output}`);
  }

  const tokenFile = () => join(folder, 'token');

  test('during the unattended set-up leaves both the administrator and their token, or the next start makes both', async () => {
    for (const pause of [250, 350, 450, 550, 650]) {
      const child = launch();
      child.stdout?.resume();
      await sleep(pause);
      await kill(child);
    }
    const server = await start();
    const token = readFileSync(tokenFile(), 'utf8').trim();
    const { items } = await get<Page<User>>(server, '/api/v1/users', token);
    expect(items.map(({ email }) => email)).toEqual(['admin@example.org']);
  }, 60_000);

  test('loses no acknowledged account, keeps log and audit in step with them, and no session has to end', async () => {
    const acknowledged = new Set<string>();
    let cookie: string | undefined;
    for (let round = 0; round < 5; round++) {
      const server = await start();
      const token = readFileSync(tokenFile(), 'utf8').trim();
      cookie ??= cookieOf(
        await post(server, '/api/v1/auth/sign-in', { email: 'admin@example.org', password: goodPassword }),
      );
      const busy = Promise.allSettled([
        ...[0, 1, 2].map((stream) => addUsers({ server, token, prefix: `user-${round}-${stream}`, acknowledged })),
        keepRefreshing(server, cookie, (next) => {
          cookie = next;
        }),
      ]);
      await sleep(150 + Math.random() * 500);
      await kill(server.process);
      await busy;
    }
    const server = await start();
    const token = readFileSync(tokenFile(), 'utf8').trim();
    const users = await all<User>(server, '/api/v1/users', token);
    const events = await all<PlatformEvent>(server, '/api/v1/platform-events?topics=user.created', token);
    const entries = await all<AuditEntry>(server, '/api/v1/audit?verb=user.create', token);
    const made = users.filter(({ email }) => email.startsWith('user-'));
    expect(acknowledged.size).toBeGreaterThan(3);
    for (const email of acknowledged) expect(made.map((user) => user.email)).toContain(email);
    expect(events.map(({ subject }) => subject).sort()).toEqual(users.map(({ id }) => `user/${id}`).sort());
    expect(entries.map(({ object }) => object).sort()).toEqual(made.map(({ id }) => `user/${id}`).sort());
    const refreshed = await post(server, '/api/v1/auth/refresh', undefined, { cookie: `pilothouse_refresh=${cookie}` });
    expect(refreshed.status).toBe(200);
    expect(((await refreshed.json()) as Session).user.email).toBe('admin@example.org');
  }, 90_000);
});

function environment({ location }: TestDatabase, folder: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    PILOTHOUSE_DATA: folder,
    PILOTHOUSE_PORT: '0',
    PILOTHOUSE_ADMIN_EMAIL: 'admin@example.org',
    PILOTHOUSE_ADMIN_PASSWORD_FILE: join(folder, 'password'),
    PILOTHOUSE_ADMIN_TOKEN_FILE: join(folder, 'token'),
    ...('postgresUrl' in location ? { DATABASE_URL: location.postgresUrl } : {}),
  };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

function post(
  { url }: Server,
  path: string,
  body: object | undefined,
  headers: Record<string, string> = {},
): Promise<Response> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  return fetch(url + path, {
    method: 'POST',
    headers: { ...json, ...headers },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}

async function get<T>({ url }: Server, path: string, token: string): Promise<T> {
  const response = await fetch(url + path, { headers: { authorization: `Bearer ${token}` } });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

async function all<T>(server: Server, path: string, token: string): Promise<T[]> {
  const items: T[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: Page<T> = await get(
      server,
      `${path}${path.includes('?') ? '&' : '?'}limit=200${cursor && `&cursor=${cursor}`}`,
      token,
    );
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

async function addUsers(options: {
  server: Server;
  token: string;
  prefix: string;
  acknowledged: Set<string>;
}): Promise<void> {
  const { server, token, prefix, acknowledged } = options;
  for (let index = 0; ; index++) {
    const email = `${prefix}-${index}@example.org`;
    const body = { email, name: email, password: goodPassword };
    const { status } = await post(server, '/api/v1/users', body, { authorization: `Bearer ${token}` });
    if (status === 201) acknowledged.add(email);
  }
}

async function keepRefreshing(server: Server, first: string, onNext: (cookie: string) => void): Promise<void> {
  for (let cookie = first; ; ) {
    const answer = await post(server, '/api/v1/auth/refresh', undefined, { cookie: `pilothouse_refresh=${cookie}` });
    if (answer.status !== 200) throw new Error(await answer.text());
    cookie = cookieOf(answer);
    onNext(cookie);
  }
}

function cookieOf(response: Response): string {
  const cookie = /^pilothouse_refresh=([^;]+)/.exec(response.headers.getSetCookie()[0] ?? '')?.[1];
  if (cookie === undefined) throw new Error(`No cookie came with status ${response.status}.`);
  return cookie;
}
