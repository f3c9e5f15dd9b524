import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResourceList, ResourceRow, TableMessage } from '@pilothouse/contract';
import { readEventStream } from '@pilothouse/contract/client';
import { describe } from 'vitest';
import { type Finished, type RunOptions, runProgram } from '../../apps/cli/test/run-program.ts';
import { createTestWorld, eventually, type TestWorld } from '../../apps/cli/test/test-world.ts';

const kubeconfigs = {
  /** A cluster with a node: pods run. */
  kube: process.env.PILOTHOUSE_TEST_KUBECONFIG ?? '',
  /** A control plane without nodes. */
  bare: process.env.PILOTHOUSE_TEST_KUBECONFIG_2 ?? '',
};
export type RealCluster = keyof typeof kubeconfigs;

const missing = kubeconfigs.kube === '' || kubeconfigs.bare === '';
if (missing)
  console.warn(
    'Skipped: PILOTHOUSE_TEST_KUBECONFIG (a cluster with a node) and PILOTHOUSE_TEST_KUBECONFIG_2 (a second cluster) name no clusters.',
  );

export const describeReal: typeof describe.skip = missing ? describe.skip : describe;

/** A server process with both real clusters registered through the CLI, and a namespace of its own on each. */
export type RealWorld = TestWorld & {
  readonly namespace: string;
  readonly kubeconfig: (cluster: RealCluster) => string;
  /** The real kubectl, as cluster administrator, in the namespace of this world. */
  kube(...args: string[]): Promise<Finished>;
  kubeWith(cluster: RealCluster, args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** The same as `kubectl apply -f -` on the cluster with the node; throws when it fails. */
  make(manifests: string, cluster?: RealCluster): Promise<void>;
  /** The API as the person of the token; default: the administrator. */
  api(path: string, options?: { token?: string; body?: unknown; method?: string }): Promise<Answer>;
  list(resource: string, query: Record<string, string>, token?: string): Promise<ResourceList>;
  row(resource: string, name: string, cluster?: RealCluster): Promise<ResourceRow | undefined>;
  token(): string;
  watchTable(resource: string, query: Record<string, string>, token?: string): LiveTable;
};

export type Answer = { status: number; body: Record<string, unknown>; text: string };

export async function createRealWorld(options: { serverArgs?: readonly string[] } = {}): Promise<RealWorld> {
  const base = await createTestWorld({ clusters: [], ...options });
  const namespace = `rt-${randomBytes(4).toString('hex')}`;
  const token = () => readFileSync(join(base.home, 'data', 'local-token'), 'utf8').trim();
  const own: Omit<RealWorld, keyof TestWorld> & Pick<TestWorld, 'stop'> = {
    namespace,
    kubeconfig: (cluster) => kubeconfigs[cluster],
    kubeWith: (cluster, args, run = {}) =>
      runProgram('kubectl', args, { ...run, env: { HOME: base.home, KUBECONFIG: kubeconfigs[cluster], ...run.env } }),
    kube: (...args) => own.kubeWith('kube', ['-n', namespace, ...args]),
    async make(manifests, cluster = 'kube') {
      const made = await own.kubeWith(cluster, ['-n', namespace, 'apply', '-f', '-'], { input: manifests });
      if (made.code !== 0) throw new Error(`kubectl apply failed: ${made.stderr}`);
    },
    async api(path, { token: as = token(), body, method = body === undefined ? 'GET' : 'POST' } = {}) {
      const answer = await fetch(base.url + path, {
        method,
        headers: {
          authorization: `Bearer ${as}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.includes('json') && !text.includes('}\n{');
      return { status: answer.status, text, body: isJson && text !== '' ? JSON.parse(text) : {} };
    },
    async list(resource, query, as) {
      const { status, text } = await own.api(
        `/api/v1/resources/${resource}?${new URLSearchParams({ wait: '10000', ...query })}`,
        as === undefined ? {} : { token: as },
      );
      if (status !== 200) throw new Error(`the list of ${resource} failed (${status}): ${text}`);
      return JSON.parse(text) as ResourceList;
    },
    async row(resource, name, cluster = 'kube') {
      const { items } = await own.list(resource, { clusters: cluster, namespaces: namespace, limit: '1000' });
      return items.find((item) => item.name === name);
    },
    token,
    watchTable: (resource, query, as = token()) => openLiveTable(base.url, as, { resource, query }),
    async stop() {
      const gone = (['kube', 'bare'] as const).map((cluster) =>
        own.kubeWith(cluster, ['delete', 'namespace', namespace, '--wait=false', '--ignore-not-found']),
      );
      // kubectl keeps a cache in the home, which goes with the server.
      await Promise.all(gone);
      await base.stop();
    },
  };
  // `url` of the base world is a getter: it must stay one.
  const world = Object.defineProperties(
    {},
    {
      ...Object.getOwnPropertyDescriptors(base),
      ...Object.getOwnPropertyDescriptors(own),
    },
  ) as RealWorld;
  try {
    for (const cluster of ['kube', 'bare'] as const) {
      const made = await own.kubeWith(cluster, ['create', 'namespace', namespace]);
      if (made.code !== 0) throw new Error(`no namespace on ${cluster}: ${made.stderr}`);
      const added = await base.cli(
        ...['cluster', 'add', cluster, '--kubeconfig', kubeconfigs[cluster], '--allow-private-address'],
      );
      if (added.code !== 0) throw new Error(`${cluster} was not registered: ${added.stdout}${added.stderr}`);
    }
    await base.cli('cluster', 'default', 'kube');
    await eventually(
      () => own.kubeWith('kube', ['-n', namespace, 'get', 'serviceaccount', 'default']),
      ({ code }) => code === 0,
    );
  } catch (error) {
    await world.stop();
    throw error;
  }
  return world;
}

/** The rows of a table as its SSE stream tells them, and every state each row went through. */
export type LiveTable = {
  readonly rows: ReadonlyMap<string, ResourceRow>;
  readonly messages: readonly TableMessage[];
  /** `status/reason` of a row, in order, without repeats. */
  healthOf(name: string): string[];
  /** The server closed the stream. */
  ended(): boolean;
  stop(): void;
};

type TableAddress = { resource: string; query: Record<string, string> };

function openLiveTable(url: string, token: string, { resource, query }: TableAddress): LiveTable {
  const rows = new Map<string, ResourceRow>();
  const messages: TableMessage[] = [];
  const health = new Map<string, string[]>();
  const stopper = new AbortController();
  const read = async () => {
    const parameters = new URLSearchParams({ snapshot: 'true', ...query });
    const answer = await fetch(`${url}/api/v1/resources/${resource}/stream?${parameters}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      signal: stopper.signal,
    });
    if (!answer.ok || !answer.body) throw new Error(`the stream failed (${answer.status}): ${await answer.text()}`);
    for await (const { data } of readEventStream(answer.body)) {
      const message = JSON.parse(data) as TableMessage;
      messages.push(message);
      if (message.type === 'reset') rows.clear();
      if (message.type !== 'changes') continue;
      for (const id of message.deletes) rows.delete(id);
      for (const row of message.upserts) {
        rows.set(row.id, row);
        const states = health.get(row.name) ?? [];
        const state = row.health.reason ? `${row.health.status}/${row.health.reason}` : row.health.status;
        if (states.at(-1) !== state) states.push(state);
        health.set(row.name, states);
      }
    }
  };
  let ended = false;
  read()
    .finally(() => {
      ended = true;
    })
    .catch((error: unknown) => {
      if (!stopper.signal.aborted) throw error;
    });
  return {
    rows,
    messages,
    healthOf: (name) => health.get(name) ?? [],
    ended: () => ended,
    stop: () => stopper.abort(),
  };
}

/** A container of the image that the test clusters have. */
export function container(script: string, more = ''): string {
  return `{name: main, image: "localhost/busybox:1", imagePullPolicy: Never, command: [sh, -c, ${JSON.stringify(script)}]${more}}`;
}

export function pod(name: string, script: string, spec = ''): string {
  return `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [${container(script)}]
${spec}
`;
}

/** Runs for ever and ends at once when it is told to. */
export const idle = 'trap exit TERM; while :; do sleep 1; done';

export { eventually };
