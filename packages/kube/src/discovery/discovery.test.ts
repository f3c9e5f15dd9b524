import { describe, expect, it } from 'vitest';
import { answer, clientOf, failure, startServer } from '../../test/support/test-server.ts';
import { discoverResources } from './discover-resources.ts';
import { findResourceType } from './find-resource-type.ts';

const notServed = failure(404, 'NotFound', 'the server could not find the requested resource');

/** A server that answers each path with a value; those that are no JSON are called with the response. */
function serve(answers: Record<string, unknown>): Promise<string> {
  return startServer((request, response) => {
    const value = answers[request.url ?? ''];
    if (value === undefined) answer(response, 404, notServed);
    else if (value instanceof Error) answer(response, 503, failure(503, 'ServiceUnavailable', value.message));
    else answer(response, 200, value);
  });
}

const pods = {
  name: 'pods',
  singularName: '',
  namespaced: true,
  kind: 'Pod',
  verbs: ['get', 'list', 'watch'],
  shortNames: ['po'],
  categories: ['all'],
};
const deployments = {
  name: 'deployments',
  singularName: 'deployment',
  namespaced: true,
  kind: 'Deployment',
  verbs: ['get'],
  shortNames: ['deploy'],
};

function group(name: string, versions: string[], preferred = versions[0]): object {
  const named = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: named, preferredVersion: { groupVersion: `${name}/${preferred}`, version: preferred } };
}

describe('discovery of an old cluster', () => {
  const legacy = {
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/api/v1': { resources: [pods, { name: 'pods/log', kind: 'Pod' }, { name: 'pods/exec', kind: 'PodExecOptions' }] },
    '/apis': {
      kind: 'APIGroupList',
      groups: [group('apps', ['v1']), group('batch', ['v1', 'v1beta1']), group('metrics.k8s.io', ['v1beta1'])],
    },
    '/apis/apps/v1': { resources: [deployments] },
    '/apis/batch/v1': { resources: [{ name: 'jobs', kind: 'Job', namespaced: true, verbs: [] }] },
    '/apis/batch/v1beta1': {
      resources: [
        { name: 'jobs', kind: 'Job', namespaced: true, verbs: [] },
        { name: 'cronjobs', kind: 'CronJob', namespaced: true, verbs: [] },
      ],
    },
    '/apis/metrics.k8s.io/v1beta1': new Error('the metrics server sleeps'),
  };

  it('walks groups and versions and takes each resource in the version its group prefers', async () => {
    const { types } = await discoverResources(clientOf(await serve(legacy)));
    expect(types.map((type) => `${type.group}/${type.version}/${type.plural}`)).toEqual([
      '/v1/pods',
      'apps/v1/deployments',
      'batch/v1/jobs',
      'batch/v1beta1/cronjobs',
    ]);
    expect(types[0]).toEqual({
      group: '',
      version: 'v1',
      plural: 'pods',
      singular: 'pod',
      kind: 'Pod',
      namespaced: true,
      verbs: ['get', 'list', 'watch'],
      shortNames: ['po'],
      categories: ['all'],
      subresources: ['log', 'exec'],
    });
  });

  it('names a group that does not answer, and has the others', async () => {
    const { types, failures } = await discoverResources(clientOf(await serve(legacy)));
    expect(types).toHaveLength(4);
    expect(failures).toEqual([
      { groupVersion: 'metrics.k8s.io/v1beta1', code: 'cluster_busy', message: 'the metrics server sleeps' },
    ]);
  });

  it('has the core group when the list of groups cannot be had', async () => {
    const { types, failures } = await discoverResources(
      clientOf(await serve({ ...legacy, '/apis': new Error('no groups') })),
    );
    expect(types.map((type) => type.plural)).toEqual(['pods']);
    expect(failures).toMatchObject([{ groupVersion: '*' }]);
  });

  it('fails when the cluster does not answer at all', async () => {
    await expect(discoverResources(clientOf('http://127.0.0.1:1'))).rejects.toMatchObject({
      code: 'cluster_unreachable',
    });
    await expect(discoverResources(clientOf(await serve({})))).rejects.toMatchObject({ code: 'not_found' });
  });

  it('survives answers of the wrong shape', async () => {
    const odd = {
      '/api': { versions: ['v1', 7] },
      '/api/v1': { resources: [null, 5, { name: 7, kind: 'X' }, { name: 'x', kind: {} }, { name: {}, kind: [] }] },
      '/apis': { groups: [null, { name: 'x', versions: [{}, null] }, 5] },
    };
    const { types } = await discoverResources(clientOf(await serve(odd)));
    expect(types).toEqual([]);
  });
});

describe('aggregated discovery', () => {
  const resource = (plural: string, kind: string, extra: object = {}): object => ({
    resource: plural,
    responseKind: { group: '', version: '', kind },
    scope: 'Namespaced',
    singularResource: kind.toLowerCase(),
    verbs: ['get', 'list', 'watch'],
    ...extra,
  });
  const list = (...items: object[]): object => ({
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    items,
  });

  it('takes everything from two requests and names what is stale', async () => {
    const server = await serve({
      '/api': list({
        metadata: {},
        versions: [
          {
            version: 'v1',
            freshness: 'Current',
            resources: [
              resource('pods', 'Pod', { shortNames: ['po'], subresources: [{ subresource: 'log' }] }),
              resource('nodes', 'Node', { scope: 'Cluster' }),
            ],
          },
        ],
      }),
      '/apis': list(
        {
          metadata: { name: 'apps' },
          versions: [{ version: 'v1', freshness: 'Current', resources: [resource('deployments', 'Deployment')] }],
        },
        { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Stale', resources: [] }] },
      ),
    });
    const { types, failures } = await discoverResources(clientOf(server));
    expect(types.map((type) => type.plural)).toEqual(['pods', 'nodes', 'deployments']);
    expect(types[0]).toMatchObject({ namespaced: true, shortNames: ['po'], subresources: ['log'] });
    expect(types[1]).toMatchObject({ namespaced: false });
    expect(failures).toMatchObject([{ groupVersion: 'metrics.k8s.io/v1beta1', code: 'cluster_error' }]);
  });

  it('holds 5,000 custom resources, quickly', async () => {
    const groups = Array.from({ length: 500 }, (_, index) => ({
      metadata: { name: `g${index}.example.com` },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: Array.from({ length: 10 }, (__, each) => resource(`things${each}`, `Thing${each}`)),
        },
      ],
    }));
    const server = await serve({ '/api': list(), '/apis': list(...groups) });
    const { types } = await discoverResources(clientOf(server));
    expect(types).toHaveLength(5000);
    const startedAt = performance.now();
    for (let round = 0; round < 100; round++) findResourceType(types, 'things9.g499.example.com');
    expect((performance.now() - startedAt) / 100).toBeLessThan(20);
  });
});

describe('the name of a resource', () => {
  const type = (plural: string, kind: string, over: object = {}) => ({
    group: '',
    version: 'v1',
    plural,
    singular: kind.toLowerCase(),
    kind,
    namespaced: true,
    verbs: [],
    shortNames: [] as string[],
    categories: [],
    subresources: [],
    ...over,
  });
  const types = [
    type('pods', 'Pod', { shortNames: ['po'] }),
    type('events', 'Event', { shortNames: ['ev'] }),
    type('services', 'Service', { shortNames: ['svc'] }),
    type('deployments', 'Deployment', { group: 'apps', shortNames: ['deploy'] }),
    type('events', 'Event', { group: 'events.k8s.io' }),
    type('services', 'Service', { group: 'serving.knative.dev', shortNames: ['kservice', 'ksvc'] }),
    type('pods', 'PodMetrics', { group: 'metrics.k8s.io', version: 'v1beta1' }),
    type('po', 'Odd', { group: 'odd.example.com' }),
  ];

  it.each([
    ['pods', '/pods'],
    ['pod', '/pods'],
    ['Pod', '/pods'],
    ['POD', '/pods'],
    ['deploy', 'apps/deployments'],
    ['deployment', 'apps/deployments'],
    ['deployments.apps', 'apps/deployments'],
    ['deploy.apps', 'apps/deployments'],
    ['deployments.v1.apps', 'apps/deployments'],
    ['Deployment.v1.apps', 'apps/deployments'],
    ['apps/v1/Deployment', 'apps/deployments'],
    ['apps/v1/deployments', 'apps/deployments'],
    ['v1/Pod', '/pods'],
    ['pods.v1.', '/pods'],
    ['events', '/events'],
    ['events.events.k8s.io', 'events.k8s.io/events'],
    ['services.serving.knative.dev', 'serving.knative.dev/services'],
    ['ksvc', 'serving.knative.dev/services'],
    ['pods.metrics.k8s.io', 'metrics.k8s.io/pods'],
    ['podmetrics', 'metrics.k8s.io/pods'],
    [' svc ', '/services'],
    // An exact plural comes before a short name of another.
    ['po', 'odd.example.com/po'],
  ])('%s means %s', (text, meant) => {
    const found = findResourceType(types, text);
    expect(`${found?.group}/${found?.plural}`).toBe(meant);
  });

  it.each(['', 'nothing', 'deployments.batch', 'deployments.v2.apps', 'pods/log', 'a/b/c/d', '.', 'constructor'])(
    '%s means nothing',
    (text) => {
      expect(findResourceType(types, text)).toBeUndefined();
    },
  );
});
