import { hash32 } from '../../runtime/chance.ts';
import type { Ingress, Service } from '../cluster-kinds.ts';
import { keyOf, refOf, splitKey } from '../cluster-store.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { timeOf } from '../timestamps.ts';

const provisionSeconds = 8;
const syncSeconds = 3;

/** Gives LoadBalancer Services an address some seconds after they were made, as a cloud's controller does. */
export function startLoadBalancerController({ store, clock, work, recorder }: ControllerDeps): void {
  const source = { component: 'service-controller' };
  const queue = work.queue('service-lb', reconcile);
  const since = new Map<string, number>();
  store.subscribe('services', ({ object }) => queue.add(keyOf(object)));
  for (const service of store.list('services')) queue.add(keyOf(service));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const service = store.get('services', namespace, name);
    const has = (service?.status?.loadBalancer?.ingress ?? []).length > 0;
    if (service?.spec.type !== 'LoadBalancer') {
      since.delete(key);
      if (service !== undefined && has) setIngress(service, undefined);
      return;
    }
    if (has) return;
    const start = since.get(key);
    if (start === undefined) {
      since.set(key, clock.now());
      recorder.record(source, service, {
        type: 'Normal',
        reason: 'EnsuringLoadBalancer',
        message: 'Ensuring load balancer',
      });
      return queue.add(key, provisionSeconds * 1000);
    }
    const rest = start + provisionSeconds * 1000 - clock.now();
    if (rest > 0) return queue.add(key, rest);
    since.delete(key);
    setIngress(service, service.spec.loadBalancerIP ?? publicAddress(service.metadata.uid ?? name));
    recorder.record(source, service, {
      type: 'Normal',
      reason: 'EnsuredLoadBalancer',
      message: 'Ensured load balancer',
    });
  }

  function setIngress(service: Service, ip: string | undefined): void {
    store.update(
      'services',
      refOf(service),
      (draft) => {
        draft.status = {
          ...draft.status,
          loadBalancer: ip === undefined ? {} : { ingress: [{ ip, ipMode: 'VIP' } as { ip: string }] },
        };
      },
      { subresource: 'status', manager: 'cloud-controller-manager' },
    );
  }
}

/** Publishes the address of the ingress controller's Service on each Ingress, once there is one. */
export function startIngressController({ store, clock, work, recorder }: ControllerDeps): void {
  const queue = work.queue('ingress', reconcile);
  const synced = new Map<string, number>();
  store.subscribe('ingresses.networking.k8s.io', ({ type, object }) => {
    if (type === 'DELETED') synced.delete(keyOf(object));
    else queue.add(keyOf(object), 1_000);
  });
  store.subscribe('services', ({ object }) => {
    if (object.spec.type !== 'LoadBalancer') return;
    for (const ingress of store.list('ingresses.networking.k8s.io')) queue.add(keyOf(ingress), syncSeconds * 1000);
  });
  for (const ingress of store.list('ingresses.networking.k8s.io')) queue.add(keyOf(ingress));

  function reconcile(key: string): void {
    const { namespace, name } = splitKey(key);
    const ingress = store.get('ingresses.networking.k8s.io', namespace, name);
    if (ingress === undefined || ingress.metadata.deletionTimestamp !== undefined) return;
    const generation = ingress.metadata.generation ?? 1;
    if (synced.get(key) !== generation) {
      synced.set(key, generation);
      recorder.record({ component: 'nginx-ingress-controller' }, ingress, {
        type: 'Normal',
        reason: 'Sync',
        message: 'Scheduled for sync',
      });
    }
    const address = controllerAddress();
    const known = (ingress.status?.loadBalancer?.ingress ?? [])[0]?.ip;
    if (known === address) return;
    const age = clock.now() - (timeOf(ingress.metadata.creationTimestamp) ?? 0);
    if (age < syncSeconds * 1000) return queue.add(key, syncSeconds * 1000 - age);
    setAddress(ingress, address);
  }

  function controllerAddress(): string | undefined {
    for (const service of store.list('services')) {
      if (!/ingress|traefik|gateway/.test(service.metadata.name) || service.spec.type !== 'LoadBalancer') continue;
      const ip = service.status?.loadBalancer?.ingress?.[0]?.ip;
      if (ip !== undefined) return ip;
    }
    return undefined;
  }

  function setAddress(ingress: Ingress, ip: string | undefined): void {
    store.update(
      'ingresses.networking.k8s.io',
      refOf(ingress),
      (draft) => {
        draft.status = { loadBalancer: ip === undefined ? {} : { ingress: [{ ip }] } };
      },
      { subresource: 'status', manager: 'nginx-ingress-controller' },
    );
  }
}

/** An address of the range that RFC 5737 keeps for examples. */
function publicAddress(seed: string): string {
  return `203.0.113.${1 + (hash32(seed) % 254)}`;
}
