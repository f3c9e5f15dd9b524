import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { scaleNamespace, scalePod } from '../../../packages/kubesim/src/scale/scale-pods.ts';
import type { Endpoint } from './read-load.ts';

const home = join(import.meta.dirname, '..', '..', '..', '..', 'shared', 'kube');
const name = 'bench';
/** Five ports from here, other ones in each run. */
const port = 20_000 + (process.pid % 2000) * 5;

export type RealCluster = { endpoint: Endpoint; kubeconfig: string; version: string; stop(): void };

/** The real API server with `count` scale pods in its etcd, or undefined where it cannot be had. Its controllers are stopped: they would sweep pods up. */
export async function startRealCluster(count: number): Promise<RealCluster | undefined> {
  let kubeconfig: string;
  try {
    kubeconfig = execFileSync(join(home, 'up'), ['--name', name, '--port', String(port)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
  const root = dirname(kubeconfig);
  for (const controller of ['kcm', 'sched'])
    process.kill(Number(readFileSync(join(root, `${controller}.pid`), 'utf8')), 'SIGTERM');
  await fillEtcd(count);
  const text = readFileSync(kubeconfig, 'utf8');
  return {
    endpoint: endpointOf(text),
    kubeconfig: text,
    version: 'kube-apiserver 1.20.2',
    stop: () => void execFileSync(join(home, 'down'), ['--name', name], { stdio: 'ignore' }),
  };
}

/** Straight into etcd, as JSON, which the API server reads as well as protobuf: the same pods, without its admission. */
async function fillEtcd(count: number): Promise<void> {
  const shape = { namespaces: 20, nodes: 100, replicas: 10 };
  const now = Date.now();
  const queue: Promise<unknown>[] = [];
  for (let index = 0; index < shape.namespaces; index++) {
    const namespace = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: scaleNamespace(index), uid: `ns-${index}` },
    };
    await put(`/registry/namespaces/${scaleNamespace(index)}`, namespace);
  }
  for (let index = 0; index < count; index++) {
    const pod = scalePod(index, shape, now);
    queue.push(put(`/registry/pods/${pod.metadata.namespace}/${pod.metadata.name}`, pod));
    if (queue.length === 64) await Promise.all(queue.splice(0));
  }
  await Promise.all(queue);
}

async function put(key: string, value: unknown): Promise<void> {
  const encode = (text: string) => Buffer.from(text).toString('base64');
  const body = JSON.stringify({ key: encode(key), value: encode(JSON.stringify(value)) });
  const answer = await fetch(`http://127.0.0.1:${port + 1}/v3/kv/put`, { method: 'POST', body });
  if (!answer.ok) throw new Error(`etcd refused ${key}: ${answer.status}`);
  await answer.arrayBuffer();
}

function endpointOf(kubeconfig: string): Endpoint {
  const config = parse(kubeconfig) as {
    clusters: { cluster: { server: string; 'certificate-authority-data': string } }[];
    users: { user: { 'client-certificate-data': string; 'client-key-data': string } }[];
  };
  const cluster = config.clusters[0]?.cluster;
  const user = config.users[0]?.user;
  if (cluster === undefined || user === undefined) throw new Error('the kubeconfig of the real cluster is incomplete');
  const pem = (data: string) => Buffer.from(data, 'base64').toString('utf8');
  return {
    url: cluster.server,
    ca: pem(cluster['certificate-authority-data']),
    cert: pem(user['client-certificate-data']),
    key: pem(user['client-key-data']),
  };
}
