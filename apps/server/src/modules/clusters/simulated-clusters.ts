import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { appError, type Clock, type Logger, messageOf } from '@pilothouse/core';

export type SimulatedProfile = 'shop' | 'staging' | 'empty';

/** The simulated clusters of this server, each in a process of its own, so that its memory and its work stay apart. */
export type SimulatedClusters = {
  /** The address of a cluster, which is started when it does not run. */
  address(clusterId: string, profile: SimulatedProfile): Promise<string>;
  /** Called when a cluster came back at another address after its process had died. */
  onMoved(listener: (clusterId: string) => void): void;
  stop(clusterId: string): Promise<void>;
  stopAll(): Promise<void>;
};

export type SimulatedClustersOptions = {
  clock: Clock;
  log: Logger;
  /** The program and its arguments; the default runs the package's own entry. */
  command?: (profile: SimulatedProfile) => readonly string[];
};

type Running = {
  profile: SimulatedProfile;
  address: Promise<string>;
  child: ChildProcess | undefined;
  stopping: boolean;
  starts: number;
};

const startDeadline = 60_000;
const longestPause = 30_000;

export function createSimulatedClusters(options: SimulatedClustersOptions): SimulatedClusters {
  const { clock, log, command = kubesimCommand } = options;
  const running = new Map<string, Running>();
  const listeners = new Set<(clusterId: string) => void>();

  function start(clusterId: string, entry: Running): Promise<string> {
    entry.starts += 1;
    const startedAt = clock.now();
    const [program = process.execPath, ...args] = command(entry.profile);
    // A process group of its own: Ctrl-C in the server's terminal is for the server, which ends it in order; it also ends with its input.
    const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], env: childEnvironment(), detached: true });
    entry.child = child;
    child.once('exit', (code, signal) => {
      if (entry.stopping) return;
      log.warn('a simulated cluster died, starting it again', { clusterId, exitCode: code, signal });
      void restart(clusterId, entry, clock.now() - startedAt);
    });
    return firstAddress(child, clock);
  }

  async function restart(clusterId: string, entry: Running, lived: number): Promise<void> {
    if (lived > 60_000) entry.starts = 0;
    const pause = Math.min(longestPause, 200 * 2 ** entry.starts);
    entry.address = clock.sleep(pause).then(() => start(clusterId, entry));
    try {
      await entry.address;
      for (const listener of listeners) listener(clusterId);
    } catch (error) {
      log.warn('a simulated cluster did not come back', { clusterId, error: messageOf(error) });
    }
  }

  async function stop(clusterId: string): Promise<void> {
    const entry = running.get(clusterId);
    if (!entry) return;
    running.delete(clusterId);
    entry.stopping = true;
    const { child } = entry;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), 3000);
    await gone;
    clearTimeout(kill);
  }

  return {
    address(clusterId, profile) {
      let entry = running.get(clusterId);
      if (!entry) {
        entry = { profile, address: Promise.resolve(''), child: undefined, stopping: false, starts: 0 };
        running.set(clusterId, entry);
        entry.address = start(clusterId, entry);
        entry.address.catch(() => stop(clusterId));
      }
      return entry.address;
    },
    onMoved(listener) {
      listeners.add(listener);
    },
    stop,
    async stopAll() {
      await Promise.all([...running.keys()].map(stop));
    },
  };
}

function kubesimCommand(profile: SimulatedProfile): readonly string[] {
  const entry = import.meta.resolve('@pilothouse/kubesim').replace(/index\.(ts|js)$/, 'main.$1');
  return [process.execPath, fileURLToPath(entry), '--port', '0', '--demo', profile];
}

/** Nothing of this server's own settings or secrets is for the child. */
function childEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG } = process.env;
  return { PATH, HOME, TMPDIR, LANG };
}

/** The program prints one JSON line with its `url` when it listens. */
async function firstAddress(child: ChildProcess, clock: Clock): Promise<string> {
  const done = new AbortController();
  const printed = new Promise<string>((resolve, reject) => {
    child.once('error', (error) =>
      reject(appError('cluster_unreachable', `The simulated cluster could not be started: ${error.message}`)),
    );
    child.once('exit', (code) =>
      reject(
        appError('cluster_unreachable', `The simulated cluster ended with code ${code ?? 'none'} before it was ready`),
      ),
    );
    if (!child.stdout) return reject(appError('internal', 'The simulated cluster has no output'));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = urlOf(line);
      if (url) resolve(url);
    });
  });
  const late = clock.sleep(startDeadline, done.signal).then(
    () => {
      child.kill('SIGKILL');
      throw appError('cluster_timeout', 'The simulated cluster did not start in time');
    },
    () => '',
  );
  try {
    return await Promise.race([printed, late]);
  } finally {
    done.abort();
  }
}

function urlOf(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && 'url' in value && typeof value.url === 'string')
      return value.url;
  } catch {
    // a line of its log
  }
  return undefined;
}
