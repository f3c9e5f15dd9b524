import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestCluster, deploymentOf, podOf, podTemplate, type TestCluster } from '../test-cluster.ts';

let sim: TestCluster;
beforeEach(async () => {
  sim = await createTestCluster();
});
afterEach(() => sim.close());

const ports = [{ name: 'http', containerPort: 8080 }];
const readinessProbe = { httpGet: { path: '/', port: 'http' } };
const serviceOf = (spec: Record<string, unknown> = {}) => ({
  kind: 'Service',
  metadata: { name: 'web', labels: { app: 'web' } },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }], ...spec },
});
const slices = () =>
  sim
    .list('endpointslices.discovery.k8s.io')
    .filter((slice) => slice.metadata.labels?.['kubernetes.io/service-name'] === 'web');
const endpoints = () => slices().flatMap((slice) => slice.endpoints ?? []);

describe('the endpoints of a Service', () => {
  it('follow the readiness of the pods it selects', async () => {
    sim.create('services', serviceOf());
    sim.create('pods', podOf('ready', 'acme/web:1', { container: { ports, readinessProbe } }));
    sim.create('pods', podOf('waits', 'sim/unready:1', { container: { ports, readinessProbe } }));
    sim.create('pods', podOf('other', 'acme/web:1', { labels: { app: 'other' } }));
    await sim.advance(30);
    expect(endpoints().map((one) => [one.targetRef?.name, one.conditions?.ready])).toEqual([
      ['ready', true],
      ['waits', false],
    ]);
    expect(endpoints()[0]).toMatchObject({
      addresses: [sim.get('pods', 'ready')?.status?.podIP],
      nodeName: expect.any(String),
      zone: expect.stringMatching(/^zone-/),
    });
    expect(slices()[0]).toMatchObject({
      addressType: 'IPv4',
      ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
      metadata: {
        labels: {
          'kubernetes.io/service-name': 'web',
          'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
        },
      },
    });
    const subset = sim.get('endpoints', 'web')?.subsets?.[0];
    expect(subset?.addresses?.map((one) => one.targetRef?.name)).toEqual(['ready']);
    expect(subset?.notReadyAddresses?.map((one) => one.targetRef?.name)).toEqual(['waits']);
  });

  it('are empty when no pod is selected, and gone with the Service', async () => {
    sim.create('services', serviceOf({ selector: { app: 'typo' } }));
    sim.create('pods', podOf('web', 'acme/web:1'));
    await sim.advance(20);
    expect(endpoints()).toEqual([]);
    expect(slices()).toHaveLength(1);
    expect(sim.get('endpoints', 'web')?.subsets).toBeUndefined();
    sim.remove('services', 'web');
    await sim.advance(5);
    expect(slices()).toEqual([]);
    expect(sim.get('endpoints', 'web')).toBeUndefined();
  });

  it('mark a pod that ends as terminating and drop it when it is gone', async () => {
    sim.create('services', serviceOf());
    sim.create('pods', podOf('web', 'sim/stubborn:1', { container: { ports } }));
    await sim.advance(20);
    sim.remove('pods', 'web');
    await sim.advance(2);
    expect(endpoints()[0]?.conditions).toMatchObject({ ready: false, terminating: true });
    await sim.advance(40);
    expect(endpoints()).toEqual([]);
  });

  it('are split over slices of a hundred', async () => {
    sim.addNode('large', { cpu: '64' });
    sim.create('services', serviceOf());
    sim.create(
      'deployments.apps',
      deploymentOf('web', { replicas: 120 }, podTemplate('acme/web:1', { container: { ports } })),
    );
    await sim.advance(60);
    expect(
      slices()
        .map((slice) => slice.endpoints.length)
        .sort((a, b) => a - b),
    ).toEqual([20, 100]);
  });

  it('follow a pod whose labels change', async () => {
    sim.create('services', serviceOf());
    sim.create('pods', podOf('web', 'acme/web:1', { container: { ports } }));
    await sim.advance(20);
    sim.update('pods', 'web', (draft) => {
      draft.metadata.labels = { app: 'elsewhere' };
    });
    await sim.advance(2);
    expect(endpoints()).toEqual([]);
  });
});

describe('addresses from outside', () => {
  it('come to a LoadBalancer Service after some seconds, and go with its type', async () => {
    sim.create('services', serviceOf({ type: 'LoadBalancer' }));
    await sim.advance(2);
    expect(sim.get('services', 'web')?.status?.loadBalancer?.ingress).toBeUndefined();
    await sim.advance(10);
    expect(sim.get('services', 'web')?.status?.loadBalancer?.ingress).toEqual([
      { ip: expect.stringMatching(/^203\.0\.113\.\d+$/), ipMode: 'VIP' },
    ]);
    expect(sim.events('web')).toEqual([
      'EnsuringLoadBalancer: Ensuring load balancer',
      'EnsuredLoadBalancer: Ensured load balancer',
    ]);
    sim.update('services', 'web', (draft) => {
      draft.spec.type = 'ClusterIP';
    });
    await sim.advance(2);
    expect(sim.get('services', 'web')?.status?.loadBalancer?.ingress).toBeUndefined();
  });

  it('come to an Ingress from the ingress controller, when there is one', async () => {
    const backend = { service: { name: 'web', port: { number: 80 } } };
    sim.create('ingresses.networking.k8s.io', {
      kind: 'Ingress',
      metadata: { name: 'shop' },
      spec: { rules: [{ host: 'a.example.com', http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    });
    await sim.advance(20);
    expect(sim.get('ingresses.networking.k8s.io', 'shop')?.status?.loadBalancer?.ingress).toBeUndefined();
    sim.create('services', {
      kind: 'Service',
      metadata: { name: 'ingress-nginx-controller' },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    });
    await sim.advance(30);
    const address = sim.get('services', 'ingress-nginx-controller')?.status?.loadBalancer?.ingress?.[0]?.ip;
    expect(address).toBeDefined();
    expect(sim.get('ingresses.networking.k8s.io', 'shop')?.status?.loadBalancer?.ingress).toEqual([{ ip: address }]);
    expect(sim.events('shop')).toContain('Sync: Scheduled for sync');
  });
});
