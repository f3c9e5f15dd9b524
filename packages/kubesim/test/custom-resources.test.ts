import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSimulatedCluster, type SimulatedCluster } from '../src/index.ts';
import { type ApiClient, asTable, createApiClient, type Json, merge, strategic } from './api-client.ts';
import { widget, widgetDefinition } from './manifests.ts';

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const widgets = '/apis/demo.example.com/v1/namespaces/default/widgets';

describe('custom resources', () => {
  let cluster: SimulatedCluster;
  let api: ApiClient;

  beforeAll(async () => {
    cluster = createSimulatedCluster({ controllers: false });
    await cluster.listen();
    api = createApiClient(cluster);
    await api.post(definitions, widgetDefinition);
    await vi.waitFor(async () => expect((await api.get(widgets)).code).toBe(200));
  });

  afterAll(() => cluster.close());

  it('are established, discovered and described in OpenAPI', async () => {
    const { status } = (await api.get(`${definitions}/widgets.demo.example.com`)).body;
    expect(status.conditions.map((one: Json) => `${one.type}=${one.status}`)).toEqual([
      'NamesAccepted=True',
      'Established=True',
    ]);
    expect(status.storedVersions).toEqual(['v1']);
    const { resources } = (await api.get('/apis/demo.example.com/v1')).body;
    expect(resources.map((one: Json) => one.name)).toEqual(['widgets', 'widgets/scale', 'widgets/status']);
    const aggregated = await api.get('/apis', {
      accept: 'application/json;v=v2;g=apidiscovery.k8s.io;as=APIGroupDiscoveryList',
    });
    expect(aggregated.body.items.map((one: Json) => one.metadata.name)).toContain('demo.example.com');
    const document = (await api.get('/openapi/v3/apis/demo.example.com/v1')).body;
    expect(document.components.schemas['com.example.demo.v1.Widget'].properties.spec.properties.colour.default).toBe(
      'red',
    );
  });

  it('keep kind and apiVersion in lists, as the API server does for them', async () => {
    await api.post(widgets, widget('listed', { replicas: 1 }));
    const { items } = (await api.get(widgets)).body;
    expect(items[0]).toMatchObject({ apiVersion: 'demo.example.com/v1', kind: 'Widget' });
  });

  it('prune what the schema does not know, fill defaults and print their columns', async () => {
    const made = (await api.post(widgets, widget('shaped', { replicas: 2, unknown: true }))).body;
    expect(made.spec).toEqual({ replicas: 2, colour: 'red' });
    expect(made.metadata.generation).toBe(1);
    const { columnDefinitions, rows } = (await api.get(`${widgets}/shaped`, { accept: asTable })).body;
    expect(columnDefinitions.map((one: Json) => `${one.name}:${one.priority}`)).toEqual([
      'Name:0',
      'Size:0',
      'Ready:0',
      'Colour:1',
      'Age:0',
    ]);
    expect(rows[0].cells.slice(0, 4)).toEqual(['shaped', 2, null, 'red']);
  });

  it.each([
    ['a missing field', {}, 'spec.replicas', 'Required value'],
    ['a wrong type', { replicas: 'two' }, 'spec.replicas', 'must be of type integer: "string"'],
    ['a value below the minimum', { replicas: -1 }, 'spec.replicas', 'should be greater than or equal to 0'],
    ['a value outside the enum', { replicas: 1, colour: 'green' }, 'spec.colour', 'Unsupported value: "green"'],
    [
      'a key twice',
      { replicas: 1, parts: [{ name: 'a' }, { name: 'a' }] },
      'spec.parts[1]',
      'Duplicate value: {"name":"a"}',
    ],
  ])('are refused with %s', async (_what, spec, field, words) => {
    const answer = await api.post(widgets, widget('refused', spec));
    expect(answer.code).toBe(422);
    const cause = answer.body.details.causes.find((one: Json) => one.field === field);
    expect(cause?.message).toContain(words);
  });

  it('take no strategic merge patch, and keep their status apart', async () => {
    await api.post(widgets, widget('patched', { replicas: 1 }));
    expect((await api.patch(`${widgets}/patched`, strategic, {})).code).toBe(415);
    const status = await api.patch(`${widgets}/patched/status`, merge, {
      status: { ready: true },
      metadata: { labels: { a: 'b' } },
    });
    expect(status.body.status).toEqual({ ready: true });
    expect(status.body.metadata.labels).toBeUndefined();
    expect((await api.patch(`${widgets}/patched`, merge, { status: { ready: false } })).body.status).toEqual({
      ready: true,
    });
  });

  it('merge map lists under server-side apply', async () => {
    const parts = (...names: string[]) => ({
      apiVersion: 'demo.example.com/v1',
      kind: 'Widget',
      spec: { replicas: 1, parts: names.map((name) => ({ name })) },
    });
    await api.apply(`${widgets}/applied`, 'one', parts('a'));
    const both = await api.apply(`${widgets}/applied`, 'two', parts('b'));
    expect(both.body.spec.parts.map((one: Json) => one.name)).toEqual(['a', 'b']);
    expect(
      (await api.apply(`${widgets}/applied`, 'one', parts())).body.spec.parts.map((one: Json) => one.name),
    ).toEqual(['b']);
  });

  it('are served in every version, stored in one, newest GA first', async () => {
    const [version] = (widgetDefinition.spec as Json).versions;
    const versions = [
      { ...version, name: 'v1beta1', storage: false },
      { ...version, name: 'v2', storage: false },
      version,
    ];
    await api.patch(`${definitions}/widgets.demo.example.com`, merge, { spec: { versions } });
    const group = () => api.get('/apis/demo.example.com');
    await vi.waitFor(async () =>
      expect((await group()).body.versions.map((one: Json) => one.version)).toEqual(['v2', 'v1', 'v1beta1']),
    );
    const old = (await api.get(`${widgets.replace('/v1/', '/v1beta1/')}/shaped`)).body;
    expect(old).toMatchObject({ apiVersion: 'demo.example.com/v1beta1', spec: { replicas: 2 } });
  });

  it('go with their definition, after their finalizers', async () => {
    await api.post(widgets, {
      ...widget('held', { replicas: 1 }),
      metadata: { name: 'held', finalizers: ['example.com/hold'] },
    });
    await api.delete(`${definitions}/widgets.demo.example.com`);
    await vi.waitFor(async () =>
      expect((await api.get(widgets)).body.items.map((one: Json) => one.metadata.name)).toEqual(['held']),
    );
    await api.patch(`${widgets}/held`, merge, { metadata: { finalizers: null } });
    await vi.waitFor(async () => expect((await api.get(widgets)).code).toBe(404));
    expect((await api.get(`${definitions}/widgets.demo.example.com`)).code).toBe(404);
  });
});

describe('a definition', () => {
  it('is refused when it is not well formed', async () => {
    const cluster = createSimulatedCluster({ controllers: false });
    await cluster.listen();
    const api = createApiClient(cluster);
    const spec = widgetDefinition.spec as Json;
    const wrong = {
      ...widgetDefinition,
      metadata: { name: 'wrong.name' },
      spec: { ...spec, scope: 'Galaxy', versions: [] },
    };
    const answer = await api.post(definitions, wrong);
    expect(answer.body.details.causes.map((one: Json) => one.field)).toEqual([
      'metadata.name',
      'spec.scope',
      'spec.versions',
    ]);
    await cluster.close();
  });
});
