import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { silentLogger } from '@pilothouse/core';
import {
  createClusterCache,
  createKubeClient,
  discoverResources,
  findResourceType,
  parseKubeconfig,
} from '@pilothouse/kube';

/** Run as a fresh process: `sync-child.ts ours|official` with the kubeconfig in KUBECONFIG_TEXT. Prints one line of JSON. */
const [who] = process.argv.slice(2);
const kubeconfig = process.env.KUBECONFIG_TEXT ?? '';

type Sync = { start(): Promise<number>; stop(): Promise<void> };

async function prepareOurs(): Promise<Sync> {
  const client = createKubeClient(parseKubeconfig(kubeconfig, 'local').connectionFor('simulated'));
  const { types } = await discoverResources(client);
  const pods = findResourceType(types, 'pods');
  if (!pods) throw new Error('the cluster serves no pods');
  const caches = createClusterCache(client, { log: silentLogger });
  return {
    async start() {
      const { cache } = caches.acquire(pods);
      await cache.synced();
      return cache.size;
    },
    async stop() {
      await caches.close();
      await client.close();
    },
  };
}

async function prepareOfficial(): Promise<Sync> {
  const { CoreV1Api, KubeConfig, makeInformer } = await import('@kubernetes/client-node');
  const config = new KubeConfig();
  // It refuses plain HTTP otherwise; neither side does TLS here.
  config.loadFromString(kubeconfig.replace('server: http', 'insecure-skip-tls-verify: true\n      server: http'));
  const api = config.makeApiClient(CoreV1Api);
  await api.listPodForAllNamespaces({ limit: 1 });
  const informer = makeInformer(config, '/api/v1/pods', () => api.listPodForAllNamespaces());
  return {
    async start() {
      await informer.start();
      return informer.list().length;
    },
    stop: () => informer.stop(),
  };
}

const sync = who === 'ours' ? await prepareOurs() : await prepareOfficial();
globalThis.gc?.();
await sleep(200);
const before = process.memoryUsage.rss();
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const startedAt = performance.now();
const objects = await sync.start();
const milliseconds = performance.now() - startedAt;
delay.disable();
const peak = process.memoryUsage.rss() - before;
for (let round = 0; round < 3; round += 1) {
  globalThis.gc?.();
  await sleep(300);
}
const growth = process.memoryUsage.rss() - before;
const heap = process.memoryUsage().heapUsed;
console.log(
  JSON.stringify({
    objects,
    milliseconds,
    growth,
    peak,
    heap,
    blocked: delay.percentile(99.9) / 1e6,
    blockedMax: delay.max / 1e6,
  }),
);
await sync.stop();
process.exit(0);
