import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createSimulatedCluster, type SimulatedCluster } from '@pilothouse/kubesim';
import { type Finished, type Running, type RunOptions, runProgram, startProgram } from './run-program.ts';

const bin = fileURLToPath(new URL('../bin/pilothouse.mjs', import.meta.url));
const serverMain = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));
const compileCache = join(tmpdir(), 'pilothouse-test-cache');

/** A real server process, simulated clusters over HTTP, and the CLI as a person starts it: a process with a home of its own. */
export type TestWorld = {
  readonly url: string;
  readonly home: string;
  /** The environment a command runs in. */
  readonly env: Record<string, string>;
  cli(...args: string[]): Promise<Finished>;
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** Runs a shell command line in a terminal of its own, in which `pilothouse` is the CLI; its output is what the terminal shows. */
  terminal(commandLine: string, input: string): Promise<Finished>;
  kubectl(cluster: string, args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Starts a simulated cluster with one node and registers it. */
  addCluster(name: string): Promise<SimulatedCluster>;
  cluster(name: string): SimulatedCluster;
  /** Writes a file into the home and gives its path. */
  file(name: string, text: string): string;
  stopServer(signal?: NodeJS.Signals): Promise<Finished>;
  startServer(): Promise<void>;
  stop(): Promise<void>;
};

export type WorldOptions = {
  clusters?: readonly string[];
  serverArgs?: readonly string[];
  serverEnv?: Record<string, string>;
  local?: boolean;
};

export async function createTestWorld(options: WorldOptions = {}): Promise<TestWorld> {
  const { clusters = ['one'], serverArgs = [], local = true } = options;
  const home = mkdtempSync(join(tmpdir(), 'pilothouse-cli-'));
  const data = join(home, 'data');
  mkdirSync(data, { mode: 0o700 });
  const simulated = new Map<string, SimulatedCluster>();
  const env: Record<string, string> = {
    HOME: home,
    NODE_COMPILE_CACHE: compileCache,
    TERM: 'xterm',
    PILOTHOUSE_DATA: data,
  };
  let server: Running | undefined;
  let url = '';

  async function startServer(): Promise<void> {
    const port = url === '' ? '0' : new URL(url).port;
    const args = [
      serverMain,
      '--data',
      data,
      '--port',
      port,
      '--log-level',
      'warn',
      '--requests-per-second',
      '10000',
      ...serverArgs,
    ];
    server = startProgram(process.execPath, local ? [...args, '--local'] : args, {
      env: { HOME: home, NODE_COMPILE_CACHE: compileCache, ...options.serverEnv },
    });
    const listens = /(http:\/\/127\.0\.0\.1:\d+)/;
    await server.prints(listens, 'stderr');
    url = listens.exec(server.stderr)?.[1] ?? '';
  }

  const world: TestWorld = {
    get url() {
      return url;
    },
    home,
    env,
    cli: (...args) => world.run(args),
    run: (args, run = {}) => runProgram(process.execPath, [bin, ...args], { ...run, env: { ...env, ...run.env } }),
    start: (args, run = {}) => startProgram(process.execPath, [bin, ...args], { ...run, env: { ...env, ...run.env } }),
    terminal: (commandLine, input) =>
      runProgram(
        'script',
        ['-qec', `pilothouse() { "${process.execPath}" "${bin}" "$@"; }; ${commandLine}`, '/dev/null'],
        {
          env: { ...env, SHELL: '/bin/bash' },
          input,
          cwd: home,
        },
      ),
    kubectl: (cluster, args, run = {}) =>
      runProgram('kubectl', args, {
        ...run,
        env: { HOME: home, KUBECONFIG: join(home, `${cluster}.kubeconfig`), ...run.env },
      }),
    async addCluster(name) {
      const cluster = createSimulatedCluster();
      const address = await cluster.listen();
      simulated.set(name, cluster);
      world.file(`${name}.kubeconfig`, cluster.kubeconfig());
      cluster.store.create('nodes', readyNode('node-1'));
      const added = await world.cli(
        'cluster',
        'add',
        name,
        '--api-server',
        address,
        '--token',
        'any',
        '--allow-private-address',
      );
      if (added.code !== 0) throw new Error(`the cluster was not registered: ${added.stderr}`);
      return cluster;
    },
    cluster(name) {
      const cluster = simulated.get(name);
      if (!cluster) throw new Error(`there is no cluster ${name}`);
      return cluster;
    },
    file(name, text) {
      const path = join(home, name);
      writeFileSync(path, text);
      return path;
    },
    async stopServer(signal) {
      if (!server) throw new Error('the server does not run');
      const finished = await server.stop(signal);
      server = undefined;
      return finished;
    },
    startServer,
    async stop() {
      await server?.stop();
      await Promise.all([...simulated.values()].map((cluster) => cluster.close()));
      rmSync(home, { recursive: true, force: true });
    },
  };
  await startServer();
  for (const name of clusters) await world.addCluster(name);
  return world;
}

function readyNode(name: string) {
  const capacity = { cpu: '16', memory: '64Gi', pods: '250' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    spec: {},
    status: {
      capacity,
      allocatable: capacity,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
    },
  };
}

/** Tries again until it holds: clusters take a moment to become what they were told. */
export async function eventually<T>(look: () => Promise<T>, holds: (seen: T) => boolean, timeout = 15_000): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > deadline)
      throw new Error(`it did not come to hold; last seen: ${JSON.stringify(seen, undefined, 2)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export const fixture = (name: string): string => readFileSync(new URL(`./testdata/${name}`, import.meta.url), 'utf8');
export const fixturePath = (name: string): string => fileURLToPath(new URL(`./testdata/${name}`, import.meta.url));
