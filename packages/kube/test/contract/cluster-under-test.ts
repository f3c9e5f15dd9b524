import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import {
  createKubeClient,
  discoverResources,
  findResourceType,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
  parseKubeconfig,
  type ResourceType,
} from '@pilothouse/kube';
import { vi } from 'vitest';

/** A cluster that the contract is run against, with a namespace of its own in it. */
export type ClusterUnderTest = {
  readonly client: KubeClient;
  readonly namespace: string;
  /** The type of a name as kubectl takes it; throws when the cluster does not serve it. */
  type(name: string): ResourceType;
  ref(type: string, name: string): ObjectRef;
  create(type: string, object: Partial<KubeObject> & { metadata: { name: string } }): Promise<KubeObject>;
  close(): Promise<void>;
};

/** Opens the cluster of a kubeconfig and makes a namespace for one run. */
export async function openCluster(
  kubeconfig: string,
  stop: () => Promise<void> = async () => {},
): Promise<ClusterUnderTest> {
  const config = parseKubeconfig(kubeconfig, 'local');
  const client = createKubeClient(config.connectionFor(config.current ?? config.contexts[0]?.name ?? ''));
  const { types } = await discoverResources(client);
  const namespace = `contract-${Math.random().toString(36).slice(2, 8)}`;
  function type(name: string): ResourceType {
    const found = findResourceType(types, name);
    if (!found) throw new Error(`the cluster serves no ${name}`);
    return found;
  }
  const cluster: ClusterUnderTest = {
    client,
    namespace,
    type,
    ref(name, object) {
      const found = type(name);
      return found.namespaced ? { type: found, namespace, name: object } : { type: found, name: object };
    },
    create(name, object) {
      const found = type(name);
      const metadata = { ...(found.namespaced ? { namespace } : {}), ...object.metadata };
      const apiVersion = found.group === '' ? found.version : `${found.group}/${found.version}`;
      return client.create(found, { apiVersion, kind: found.kind, ...object, metadata });
    },
    async close() {
      await client.delete({ type: type('namespaces'), name: namespace }).catch(() => undefined);
      await client.close();
      await stop();
    },
  };
  await cluster.create('namespaces', { metadata: { name: namespace } });
  // Pods are refused until the namespace has its service account.
  await vi.waitFor(() => client.get(cluster.ref('serviceaccounts', 'default')), { timeout: 20_000, interval: 100 });
  return cluster;
}

/** The simulated cluster, in a process of its own, with a node for pods. */
export async function openSimulatedCluster(): Promise<ClusterUnderTest> {
  const main = new URL('../../../kubesim/src/main.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--port', '0', '--demo', 'empty'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const { kubeconfig } = JSON.parse(await firstLine(child)) as { kubeconfig: string };
  const cluster = await openCluster(kubeconfig, async () => {
    child.kill('SIGTERM');
  });
  await addNode(cluster);
  return cluster;
}

/** A node for pods, unless the cluster comes with one. */
async function addNode(cluster: ClusterUnderTest): Promise<void> {
  for await (const page of cluster.client.list(cluster.type('nodes'))) if (page.items.length > 0) return;
  const size = { cpu: '8', memory: '32Gi', pods: '110' };
  await cluster.create('nodes', {
    metadata: { name: 'node-a', labels: { 'kubernetes.io/hostname': 'node-a' } },
    status: {
      capacity: size,
      allocatable: size,
      conditions: [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }],
      addresses: [{ type: 'InternalIP', address: '192.0.2.10' }],
      nodeInfo: { kubeletVersion: 'v1.34.0' },
    },
  });
}

function firstLine(child: ChildProcess): Promise<string> {
  const { stdout } = child;
  if (!stdout) throw new Error('no output to read');
  return new Promise((resolve, reject) => {
    createInterface({ input: stdout }).once('line', resolve);
    child.once('exit', (code) => reject(new Error(`kubesim ended with ${code}`)));
  });
}

/** The real cluster that PILOTHOUSE_TEST_KUBECONFIG names, if any. */
export function realKubeconfig(): string | undefined {
  const path = process.env.PILOTHOUSE_TEST_KUBECONFIG;
  return path ? readFileSync(path, 'utf8') : undefined;
}

/** Waits until an object satisfies a condition and returns it. */
export function eventually(
  cluster: ClusterUnderTest,
  ref: ObjectRef,
  holds: (object: KubeObject) => boolean,
  timeout = 30_000,
): Promise<KubeObject> {
  return vi.waitFor(
    async () => {
      const object = await cluster.client.get(ref);
      if (!holds(object)) throw new Error(`not yet: ${JSON.stringify(object.status ?? object.spec)}`);
      return object;
    },
    { timeout, interval: 200 },
  );
}

export function configMap(name: string, data: Record<string, string> = {}, labels?: Record<string, string>) {
  return { metadata: { name, ...(labels ? { labels } : {}) }, data };
}

/** A deployment whose pods do nothing; both clusters know the image. */
export function deployment(name: string, replicas: number) {
  return {
    metadata: { name, labels: { app: name } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [{ name: 'main', image: 'localhost/busybox:1', command: ['sleep', '100000'] }],
        },
      },
    },
  };
}
