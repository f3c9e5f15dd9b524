import type { KubeObject } from '@pilothouse/kube';
import type { ObjectStorePort } from '../object-store-port.ts';
import type { HistoryStep } from './cluster-history.ts';
import { controlPlanePods, demoNode, type NodePlan } from './demo-nodes.ts';
import { applyManifest, readManifests, withTimes } from './manifests.ts';
import { asOf, resumeCronJobs, rollOut } from './rollouts.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const shopNodes: readonly NodePlan[] = [
  { role: 'control-plane', name: 'cp-1', zone: 'eu-west-1a', cpu: 2, memoryGi: 8, address: '10.20.1.10' },
  { role: 'worker', name: 'general-1a-1', zone: 'eu-west-1a', cpu: 4, memoryGi: 16, address: '10.20.1.21' },
  { role: 'worker', name: 'general-1a-2', zone: 'eu-west-1a', cpu: 4, memoryGi: 16, address: '10.20.1.22' },
  { role: 'worker', name: 'general-1b-1', zone: 'eu-west-1b', cpu: 4, memoryGi: 16, address: '10.20.2.21' },
  { role: 'worker', name: 'general-1b-2', zone: 'eu-west-1b', cpu: 4, memoryGi: 16, address: '10.20.2.22' },
  { role: 'worker', name: 'general-1c-1', zone: 'eu-west-1c', cpu: 4, memoryGi: 16, address: '10.20.3.21' },
];

const clusterFiles = ['cluster/base.yaml', 'cluster/ingress.yaml'];
const shopFiles = [
  'shop/shop.yaml',
  'shop/payments.yaml',
  'shop/data.yaml',
  'shop/observability.yaml',
  'shop/shop-jobs.yaml',
  'shop/custom-resources.yaml',
];

const customObjects = 'shop/custom-objects.yaml';

export type ShopOptions = {
  /** Milliseconds since the epoch (default: now). */
  now?: number;
};

/** Puts the whole shop into an empty cluster at once: nodes, system, workloads of all kinds and what is broken on purpose. */
export async function seedShop(store: ObjectStorePort, { now = Date.now() }: ShopOptions = {}): Promise<void> {
  addNodes(store, shopNodes, now);
  const manifests = readManifests(...clusterFiles, ...shopFiles, 'shop/faults.yaml');
  for (const manifest of manifests) applyManifest(store, withTimes(manifest, now));
  breakRecommendations(store);
  resumeCronJobs(store, manifests);
  // Definitions are served a moment after they are made.
  while (store.type('promotions.shop.example.com') === undefined) await new Promise(setImmediate);
  for (const manifest of readManifests(customObjects)) applyManifest(store, withTimes(manifest, now));
}

/** The shop's last three weeks: how it came to be as `seedShop` has it, with the releases, and the faults of the last hour. */
export function shopHistory(store: ObjectStorePort, now: number): HistoryStep[] {
  const cluster = readManifests(...clusterFiles);
  const shop = readManifests(...shopFiles);
  const faults = readManifests('shop/faults.yaml');
  const late = new Set(['ledger-export', 'image-resize-2026-autumn']);
  const apply = (manifests: readonly KubeObject[]) => {
    for (const manifest of manifests) applyManifest(store, withTimes(manifest, now));
  };
  const fault = (...names: string[]) => apply(faults.filter((one) => names.includes(one.metadata.name)));
  const release = (namespace: string, name: string, tag: string) => rollOut(store, { namespace, name }, { tag });
  const old = {
    storefront: '3.3.0',
    catalog: '5.11.0',
    checkout: '4.1.7',
    recommendations: '1.8.1',
    'payments-api': '7.1.2',
  };
  return [
    { ago: 21 * day, happen: () => addNodes(store, shopNodes, now - 21 * day), settle: 2_000 },
    { ago: 21 * day - minute, happen: () => apply(cluster), settle: 2 * minute },
    {
      ago: 20 * day,
      happen: () =>
        apply(
          asOf(
            shop.filter((one) => !late.has(one.metadata.name)),
            old,
          ),
        ),
      settle: 2 * minute,
    },
    { ago: 19 * day, happen: () => apply(readManifests(customObjects)), settle: minute },
    { ago: 6 * day, happen: () => release('shop', 'storefront', '3.4.0') },
    { ago: 5 * day, happen: () => release('shop', 'catalog', '5.12.3') },
    { ago: 3 * day, happen: () => release('payments', 'payments-api', '7.1.4') },
    { ago: 2 * day, happen: () => release('shop', 'recommendations', '1.8.2') },
    { ago: 9 * hour, happen: () => release('shop', 'checkout', '4.2.0') },
    { ago: 3 * hour, happen: () => release('shop', 'storefront', '3.4.1') },
    // From here on nothing is skipped.
    { ago: 20 * minute, happen: () => resumeCronJobs(store, shop), settle: hour },
    { ago: 19 * minute, happen: () => apply(shop.filter((one) => late.has(one.metadata.name))), settle: hour },
    { ago: 18 * minute, happen: () => fault('gift-cards'), settle: hour },
    { ago: 17 * minute, happen: () => breakRecommendations(store), settle: hour },
    { ago: 15 * minute, happen: () => fault('fraud-scorer'), settle: hour },
    { ago: 13 * minute, happen: () => fault('analytics-archive', 'analytics'), settle: hour },
    { ago: 11 * minute, happen: () => fault('model-trainer'), settle: hour },
    { ago: 9 * minute, happen: () => fault('settlement-import'), settle: hour },
    { ago: 6 * minute, happen: () => fault('search-canary'), settle: hour },
  ];
}

/** A release whose model bucket was forgotten: its new pod crashes, the old ones go on serving. */
function breakRecommendations(store: ObjectStorePort): void {
  rollOut(
    store,
    { namespace: 'shop', name: 'recommendations' },
    {
      tag: '1.9.0',
      adjust(template) {
        template.metadata = {
          ...template.metadata,
          annotations: { ...template.metadata?.annotations, 'kubesim.pilothouse.dev/behaviour': 'crash' },
        };
        for (const container of template.spec?.containers ?? []) container.env = [{ name: 'MODEL_BUCKET', value: '' }];
      },
    },
  );
}

export function addNodes(store: ObjectStorePort, plans: readonly NodePlan[], now: number): void {
  for (const [index, plan] of plans.entries()) {
    applyManifest(store, demoNode(plan, index, now));
    if (plan.role === 'control-plane') for (const pod of controlPlanePods(plan.name)) applyManifest(store, pod);
  }
}
