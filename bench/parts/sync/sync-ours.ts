import { silentLogger } from '@pilothouse/core';
import { createClusterCache, createKubeClient } from '@pilothouse/kube';
import { measureSync } from './measure-sync.ts';

const client = createKubeClient({
  server: `https://127.0.0.1:${process.argv[2]}`,
  certificateAuthority: process.env.BENCH_AUTHORITY ?? '',
  credentials: { type: 'none' },
  addresses: 'any',
});
const clusterCache = createClusterCache(client, { log: silentLogger });
const pods = {
  group: '',
  version: 'v1',
  plural: 'pods',
  singular: 'pod',
  kind: 'Pod',
  namespaced: true,
  verbs: ['list', 'watch'],
  shortNames: [],
  categories: [],
  subresources: [],
};

await measureSync(async () => {
  const { cache } = clusterCache.acquire(pods);
  await cache.synced();
  return () => cache.size;
});
process.exit(0);
