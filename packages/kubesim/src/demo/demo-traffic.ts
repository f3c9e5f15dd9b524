import type { KubeObject } from '@pilothouse/kube';
import type { WorkScheduler } from '../controllers/work-scheduler.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import { chanceFrom } from '../runtime/chance.ts';
import { rollOut } from './rollouts.ts';

const minute = 60_000;

type Happening = { name: string; every: number; happen: () => void };

/** What people and pipelines do to a demo cluster: releases, changes of settings, promotions. The controllers make the rest of its life. */
export function startDemoTraffic({ store, work }: { store: ObjectStorePort; work: WorkScheduler }): void {
  const chance = chanceFrom(0x5eed);
  const happenings: readonly Happening[] = [
    { name: 'release', every: 9 * minute, happen: release },
    { name: 'settings', every: 13 * minute, happen: changeSettings },
    { name: 'promotion', every: 7 * minute, happen: movePromotion },
  ];
  const queue = work.queue('demo-traffic', (name) => {
    const one = happenings.find((known) => known.name === name);
    if (one === undefined) return;
    one.happen();
    again(one);
  });
  const again = ({ name, every }: Happening) => queue.add(name, every * (0.6 + 0.8 * chance()));
  for (const one of happenings) again(one);

  function choose<T>(choices: readonly T[]): T | undefined {
    return choices[Math.floor(chance() * choices.length)];
  }

  /** A patch release of one of the healthy services. */
  function release(): void {
    const released = [...store.list('deployments.apps')].filter(
      (one) => releasable.has(one.metadata.name) && one.metadata.namespace !== 'review-1482',
    );
    const chosen = choose(released);
    const tag = chosen === undefined ? undefined : nextTag(chosen);
    if (chosen === undefined || tag === undefined) return;
    rollOut(store, { namespace: chosen.metadata.namespace ?? '', name: chosen.metadata.name }, { tag });
  }

  function changeSettings(): void {
    const settings = [...store.list('configmaps')].filter((one) => one.metadata.name === 'shop-settings');
    const chosen = choose(settings);
    if (chosen === undefined) return;
    store.update(
      'configmaps',
      { namespace: chosen.metadata.namespace, name: chosen.metadata.name },
      (draft) => {
        const data = (draft.data ?? {}) as Record<string, string>;
        data.LOG_LEVEL = data.LOG_LEVEL === 'info' ? 'debug' : 'info';
      },
      { manager: 'kubectl-edit' },
    );
  }

  function movePromotion(): void {
    const chosen = choose([...store.list('promotions.shop.example.com')]);
    if (chosen === undefined) return;
    store.update(
      'promotions.shop.example.com',
      { namespace: chosen.metadata.namespace, name: chosen.metadata.name },
      (draft) => {
        const status = (draft.status ?? {}) as { phase?: string };
        draft.status = { ...status, phase: status.phase === 'Running' ? 'Paused' : 'Running' };
      },
      { subresource: 'status', manager: 'promotion-operator' },
    );
  }
}

const releasable = new Set(['catalog', 'cart', 'checkout', 'payments-api', 'storefront']);

/** The next patch version of a Deployment's image. */
function nextTag(deployment: KubeObject): string | undefined {
  const spec = deployment.spec as { template: { spec: { containers: { image: string }[] } } };
  const image = spec.template.spec.containers
    .map((one) => one.image)
    .find((one) => one.includes(`/${deployment.metadata.name}:`));
  const parts = /:(\d+\.\d+\.)(\d+)((?:-rc\.)?)(\d*)$/.exec(image ?? '');
  if (parts === null) return undefined;
  const [, head = '', patch = '0', candidate = '', number = ''] = parts;
  return candidate === '' ? `${head}${Number(patch) + 1}` : `${head}${patch}${candidate}${Number(number) + 1}`;
}
