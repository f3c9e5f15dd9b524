import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A throw-away PostgreSQL for tests, reached through a socket in its own folder. */
export type TestPostgres = {
  url(database: string): string;
  /** `fast` cuts connections and stops in order, `immediate` stops like a crash. */
  stop(mode: 'fast' | 'immediate'): void;
  start(): void;
  remove(): void;
};

const unprivileged = 'postgres';

/** The folder of initdb and pg_ctl, or why there is none to use. */
export function findPostgres(): { folder: string } | { missing: string } {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const folders = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => `/usr/lib/postgresql/${version}/bin`);
  const folder = [...folders, ...(process.env.PATH ?? '').split(':')].find((each) => existsSync(join(each, 'initdb')));
  if (!folder) return { missing: 'initdb was not found: install PostgreSQL to run these tests' };
  if (process.getuid?.() === 0 && spawnSync('id', [unprivileged]).status !== 0)
    return { missing: `PostgreSQL does not run as root and there is no user ${unprivileged}` };
  return { folder };
}

/** `durable: false` leaves out fsync: enough when only processes are killed and never the machine. */
export function createTestPostgres(folder: string, { durable = false } = {}): TestPostgres {
  const home = mkdtempSync(join(tmpdir(), 'pilothouse-pg-'));
  const data = join(home, 'data');
  const root = process.getuid?.() === 0;

  function run(command: string, args: string[]): void {
    const program = join(folder, command);
    const [file, rest] = root ? ['runuser', ['-u', unprivileged, '--', program, ...args]] : [program, args];
    const { status, stderr, stdout } = spawnSync(file, rest, { cwd: home, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} failed: ${stderr}${stdout}`);
  }

  if (root) spawnSync('chown', [unprivileged, home]);
  chmodSync(home, 0o700);
  run('initdb', [
    '-D',
    data,
    '-U',
    unprivileged,
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--no-sync',
    '--no-instructions',
  ]);
  const settings = [
    `unix_socket_directories = '${home}'`,
    "listen_addresses = ''",
    'max_connections = 200',
    'log_min_messages = fatal',
  ];
  if (!durable) settings.push('fsync = off', 'full_page_writes = off');
  writeFileSync(join(data, 'postgresql.auto.conf'), `${settings.join('\n')}\n`);

  return {
    url: (database) => `postgresql://${unprivileged}@localhost/${database}?host=${encodeURIComponent(home)}`,
    start: () => run('pg_ctl', ['-D', data, '-l', join(home, 'log'), '-w', '-t', '30', 'start']),
    stop: (mode) => run('pg_ctl', ['-D', data, '-m', mode, '-w', '-t', '30', 'stop']),
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
}

/**
 * One server for all test files of a vitest run, each of which is a process of its own: the first that asks starts it, under a lock; a
 * small shell ends it when vitest is gone.
 */
export async function sharedTestPostgres(folder: string): Promise<(database: string) => string> {
  const runner = process.ppid;
  const place = join(tmpdir(), `pilothouse-pg-run-${runner}`);
  const note = join(place, 'url');
  try {
    mkdirSync(place);
  } catch {
    for (let waited = 0; !existsSync(note); waited += 50) {
      if (waited > 60_000) throw new Error(`The shared PostgreSQL in ${place} did not start.`);
      await sleep(50);
    }
    const template = readFileSync(note, 'utf8');
    return (database) => template.replace('/postgres?', `/${database}?`);
  }
  const server = createTestPostgres(folder);
  server.start();
  const url = server.url('postgres');
  const home = new URL(url).searchParams.get('host') ?? '';
  const reap = `while kill -0 ${runner} 2>/dev/null; do sleep 1; done; kill -QUIT "$(head -1 '${home}/data/postmaster.pid')"; sleep 1; rm -rf '${home}' '${place}'`;
  spawn('sh', ['-c', reap], { detached: true, stdio: 'ignore' }).unref();
  // Appears whole or not at all.
  writeFileSync(`${note}.new`, url);
  renameSync(`${note}.new`, note);
  return server.url;
}
