import type { ObjectStorePort } from '../object-store-port.ts';
import type { HistoryStep } from './cluster-history.ts';
import type { NodePlan } from './demo-nodes.ts';
import { applyManifest, readManifests, withTimes } from './manifests.ts';
import { asOf, resumeCronJobs, rollOut } from './rollouts.ts';
import { addNodes } from './shop.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

const stagingNodes: readonly NodePlan[] = [
  { role: 'control-plane', name: 'staging-cp', zone: 'eu-central-1a', cpu: 2, memoryGi: 4, address: '10.40.1.10' },
  {
    role: 'worker',
    name: 'staging-a',
    zone: 'eu-central-1a',
    cpu: 4,
    memoryGi: 8,
    address: '10.40.1.21',
    pool: 'spot',
  },
  {
    role: 'worker',
    name: 'staging-b',
    zone: 'eu-central-1b',
    cpu: 4,
    memoryGi: 8,
    address: '10.40.2.21',
    pool: 'spot',
  },
];

/** A small cluster where the next release of the shop is tried: newer versions, one replica each, a review environment. */
export function stagingHistory(store: ObjectStorePort, now: number): HistoryStep[] {
  const cluster = readManifests('cluster/base.yaml', 'cluster/ingress.yaml');
  const staging = readManifests('staging/staging.yaml');
  const apply = (manifests: typeof staging) => {
    for (const manifest of manifests) applyManifest(store, withTimes(manifest, now));
  };
  return [
    { ago: 9 * day, happen: () => addNodes(store, stagingNodes, now - 9 * day), settle: 2_000 },
    { ago: 9 * day - minute, happen: () => apply(cluster), settle: 2 * minute },
    {
      ago: 8 * day,
      happen: () => apply(asOf(staging, { storefront: '3.5.0-rc.1', catalog: '5.13.0-rc.2' })),
      settle: 2 * minute,
    },
    {
      ago: 90 * minute,
      happen: () => rollOut(store, { namespace: 'shop-staging', name: 'storefront' }, { tag: '3.5.0-rc.2' }),
    },
    { ago: 25 * minute, happen: () => resumeCronJobs(store, staging), settle: day },
    {
      ago: 18 * minute,
      happen: () => rollOut(store, { namespace: 'shop-staging', name: 'catalog' }, { tag: '5.13.0-rc.3' }),
      settle: day,
    },
  ];
}

/** One node and the programs of kube-system. */
export function emptyHistory(store: ObjectStorePort, now: number): HistoryStep[] {
  const node: NodePlan = {
    role: 'worker',
    name: 'sim-1',
    zone: 'local-a',
    cpu: 8,
    memoryGi: 32,
    address: '10.60.1.10',
  };
  return [
    {
      ago: 5 * minute,
      settle: 5 * minute,
      happen() {
        addNodes(store, [node], now - 5 * minute);
        for (const manifest of readManifests('cluster/base.yaml')) applyManifest(store, withTimes(manifest, now));
      },
    },
  ];
}
