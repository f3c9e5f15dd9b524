import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSimulatedCluster, type SimulatedCluster } from '../src/index.ts';
import { type ApiClient, applyPatch, createApiClient, type Json, jsonPatch, merge, strategic } from './api-client.ts';
import { configMap, deployment, readyNode } from './manifests.ts';

const maps = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';

describe('writes', () => {
  let cluster: SimulatedCluster;
  let api: ApiClient;

  beforeAll(async () => {
    cluster = createSimulatedCluster({ controllers: false });
    await cluster.listen();
    api = createApiClient(cluster);
  });

  afterEach(async () => {
    await api.delete(maps);
    await api.delete(deployments);
  });

  afterAll(() => cluster.close());

  const gone = (path: string) => vi.waitFor(async () => expect((await api.get(path)).code).toBe(404));

  describe('of new objects', () => {
    it('make names, uids, times and generations, and refuse a second of the same name', async () => {
      const made = (await api.post(deployments, deployment('web'))).body;
      expect(made.metadata).toMatchObject({
        generation: 1,
        uid: expect.any(String),
        creationTimestamp: expect.any(String),
      });
      const again = await api.post(deployments, deployment('web'));
      expect(again.body).toMatchObject({
        code: 409,
        reason: 'AlreadyExists',
        message: 'deployments.apps "web" already exists',
        details: { name: 'web', group: 'apps', kind: 'deployments' },
      });
      const generated = await api.post(maps, { metadata: { generateName: 'gen-' } });
      expect(generated.body.metadata.name).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
    });

    it.each([
      ['a name that is no DNS name', configMap('Bad_Name', {}), 422, 'metadata.name'],
      [
        'a label value that is none',
        { ...configMap('x', {}), metadata: { name: 'x', labels: { a: 'b c' } } },
        422,
        'metadata.labels',
      ],
      ['no name', { metadata: {} }, 422, 'metadata.name'],
    ])('are refused with %s', async (_what, object, code, field) => {
      const answer = await api.post(maps, object);
      expect(answer.code).toBe(code);
      expect(answer.body.details.causes[0].field).toBe(field);
    });

    it('are refused with another kind, another namespace, or in none', async () => {
      expect((await api.post(maps, { ...configMap('x', {}), kind: 'Secret' })).code).toBe(400);
      expect((await api.post(maps, { ...configMap('x', {}), metadata: { name: 'x', namespace: 'other' } })).code).toBe(
        400,
      );
      const nowhere = await api.post('/api/v1/namespaces/nowhere/configmaps', { metadata: { name: 'x' } });
      expect(nowhere.body.message).toBe('namespaces "nowhere" not found');
    });

    it('drop unknown fields, warn of them, or refuse them, as asked', async () => {
      const odd = { ...configMap('odd', { a: '1' }), extra: true };
      const warned = await api.post(`${maps}?fieldValidation=Warn`, odd);
      expect(warned.headers.warning).toBe('299 - "unknown field \\"extra\\""');
      expect(warned.body.extra).toBeUndefined();
      expect(
        (await api.post(`${maps}?fieldValidation=Strict`, { ...odd, metadata: { name: 'odd2' } })).body.message,
      ).toContain('strict decoding error: unknown field "extra"');
      expect((await api.post(maps, { ...configMap('typed', {}), data: { a: 1 } })).code).toBe(400);
    });

    it('leave nothing behind when they are dry runs', async () => {
      const before = (await api.get(maps)).body.metadata.resourceVersion;
      expect((await api.post(`${maps}?dryRun=All`, configMap('dry', {}))).code).toBe(201);
      expect((await api.apply(`${maps}/dry`, 'm', { apiVersion: 'v1', kind: 'ConfigMap' }, '&dryRun=All')).code).toBe(
        201,
      );
      expect((await api.get(`${maps}/dry`)).code).toBe(404);
      expect((await api.get(maps)).body.metadata.resourceVersion).toBe(before);
    });

    it('fill in what the API server fills in', async () => {
      const made = (await api.post(deployments, deployment('web'))).body;
      expect(made.spec).toMatchObject({
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
      });
      expect(made.status).toEqual({});
      const service = { metadata: { name: 'svc' }, spec: { type: 'NodePort', ports: [{ port: 80 }] } };
      const { spec } = (await api.post('/api/v1/namespaces/default/services', service)).body;
      expect(spec).toMatchObject({
        clusterIP: expect.stringMatching(/^10\.96\./),
        ipFamilies: ['IPv4'],
        sessionAffinity: 'None',
      });
      expect(spec.ports[0]).toMatchObject({ protocol: 'TCP', targetPort: 80, nodePort: expect.any(Number) });
    });
  });

  describe('of existing objects', () => {
    it('lose against a newer version, and change nothing when nothing differs', async () => {
      const made = (await api.post(maps, configMap('x', { a: '1' }))).body;
      await api.patch(`${maps}/x`, merge, { data: { a: '2' } });
      const stale = await api.put(`${maps}/x`, { ...made, data: { a: '3' } });
      expect(stale.body).toMatchObject({ code: 409, reason: 'Conflict', details: { name: 'x', kind: 'configmaps' } });
      const live = (await api.get(`${maps}/x`)).body;
      expect((await api.put(`${maps}/x`, live)).body.metadata.resourceVersion).toBe(live.metadata.resourceVersion);
      expect((await api.put(`${maps}/x`, { ...live, metadata: { ...live.metadata, uid: 'other' } })).code).toBe(409);
      expect((await api.put(`${maps}/nope`, configMap('nope', {}))).code).toBe(404);
    });

    it('count generations by the spec alone and keep status apart', async () => {
      await api.post(deployments, deployment('web', { replicas: 1 }));
      const labelled = await api.patch(`${deployments}/web`, merge, {
        metadata: { labels: { x: 'y' } },
        status: { replicas: 9 },
      });
      expect(labelled.body.metadata.generation).toBe(1);
      expect(labelled.body.status).toEqual({});
      const status = await api.patch(`${deployments}/web/status`, merge, {
        status: { replicas: 1 },
        spec: { replicas: 7 },
      });
      expect(status.body).toMatchObject({
        status: { replicas: 1 },
        spec: { replicas: 1 },
        metadata: { generation: 1 },
      });
      const spec = await api.patch(`${deployments}/web`, merge, { spec: { replicas: 2 } });
      expect(spec.body).toMatchObject({ status: { replicas: 1 }, metadata: { generation: 2 } });
    });

    it('cannot change what is immutable', async () => {
      await api.post(deployments, deployment('web'));
      const selector = await api.patch(`${deployments}/web`, merge, {
        spec: { selector: { matchLabels: { app: 'other' } } },
      });
      expect(selector.code).toBe(422);
      expect(selector.body.details.causes.map((cause: Json) => cause.field)).toContain('spec.selector');
      await api.post(maps, { ...configMap('fixed', { a: '1' }), immutable: true });
      expect((await api.patch(`${maps}/fixed`, merge, { data: { a: '2' } })).code).toBe(422);
    });

    it('take the three patches and no other, each with its own words for a bad one', async () => {
      await api.post(maps, configMap('x', { a: '1' }));
      expect((await api.patch(`${maps}/x`, strategic, { data: { b: '2' } })).body.data).toEqual({ a: '1', b: '2' });
      const replaced = await api.patch(`${maps}/x`, jsonPatch, [{ op: 'replace', path: '/data/a', value: '3' }]);
      expect(replaced.body.data).toEqual({ a: '3', b: '2' });
      expect((await api.patch(`${maps}/x`, jsonPatch, [{ op: 'test', path: '/data/a', value: '0' }])).code).toBe(422);
      expect((await api.patch(`${maps}/x`, 'application/octet-stream', {})).code).toBe(415);
      expect((await api.patch(`${maps}/x`, merge, { data: { a: 1 } })).code).toBe(422);
      expect((await api.patch(`${maps}/x`, merge, { metadata: { name: 'y' } })).code).toBe(400);
      expect((await api.patch(`${maps}/x`, merge, '{"half')).code).toBe(400);
    });

    it('scale through the scale subresource', async () => {
      await api.post(deployments, deployment('web', { replicas: 1 }));
      const scale = (await api.get(`${deployments}/web/scale`)).body;
      expect(scale).toMatchObject({ kind: 'Scale', spec: { replicas: 1 }, status: { selector: 'app=web' } });
      await api.put(`${deployments}/web/scale`, { ...scale, spec: { replicas: 4 } });
      expect((await api.get(`${deployments}/web`)).body.spec.replicas).toBe(4);
      expect((await api.patch(`${deployments}/web/scale`, merge, { spec: { replicas: -1 } })).code).toBe(422);
    });
  });

  describe('server-side apply', () => {
    const config = (data: Record<string, string>) => ({ apiVersion: 'v1', kind: 'ConfigMap', data });

    it('owns what it sets, shares what is equal and names every conflict', async () => {
      expect((await api.apply(`${maps}/x`, 'one', config({ a: '1', b: '1' }))).code).toBe(201);
      expect((await api.apply(`${maps}/x`, 'two', config({ a: '1' }))).code).toBe(200);
      const conflict = await api.apply(`${maps}/x`, 'three', config({ a: '2', b: '2' }));
      expect(conflict.body).toMatchObject({ code: 409, reason: 'Conflict' });
      expect(conflict.body.details.causes.map((cause: Json) => `${cause.message} ${cause.field}`).sort()).toEqual([
        'conflict with "one" .data.a',
        'conflict with "one" .data.b',
        'conflict with "two" .data.a',
      ]);
    });

    it('takes over by force, and removes what nobody says any more', async () => {
      await api.apply(`${maps}/x`, 'one', config({ a: '1', b: '1' }));
      await api.apply(`${maps}/x`, 'two', config({ a: '2' }), '&force=true');
      const owners = (await api.get(`${maps}/x`)).body.metadata.managedFields;
      expect(owners).toMatchObject([
        { manager: 'one', operation: 'Apply', fieldsV1: { 'f:data': { 'f:b': {} } } },
        { manager: 'two', operation: 'Apply', fieldsV1: { 'f:data': { 'f:a': {} } } },
      ]);
      expect(owners[0].fieldsV1['f:data']['f:a']).toBeUndefined();
      expect((await api.apply(`${maps}/x`, 'one', config({}))).body.data).toEqual({ a: '2' });
    });

    it('merges lists by their keys and leaves other items alone', async () => {
      await api.post(deployments, deployment('web'));
      const side = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        spec: { template: { spec: { containers: [{ name: 'side', image: 'a:1' }] } } },
      };
      const applied = (await api.apply(`${deployments}/web`, 'mesh', side)).body;
      expect(applied.spec.template.spec.containers.map((one: Json) => one.name)).toEqual(['web', 'side']);
      const without = { apiVersion: 'apps/v1', kind: 'Deployment', spec: {} };
      const removed = (await api.apply(`${deployments}/web`, 'mesh', without)).body;
      expect(removed.spec.template.spec.containers.map((one: Json) => one.name)).toEqual(['web']);
    });

    it('writes nothing when nothing changes', async () => {
      const first = (await api.apply(`${maps}/x`, 'one', config({ a: '1' }))).body;
      const second = (await api.apply(`${maps}/x`, 'one', config({ a: '1' }))).body;
      expect(second.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    });

    it('asks for a manager, a version, and no managedFields', async () => {
      expect((await api.patch(`${maps}/x`, applyPatch, config({}))).code).toBe(422);
      expect((await api.apply(`${maps}/x`, 'one', { data: {} })).body.message).toContain(
        'Incorrect version specified in apply patch',
      );
      const owned = { ...config({}), metadata: { managedFields: [] } };
      expect((await api.apply(`${maps}/x`, 'one', owned)).code).toBe(400);
    });

    it('accepts YAML', async () => {
      const yaml = 'apiVersion: v1\nkind: ConfigMap\ndata:\n  text: |\n    two\n    lines\n';
      expect((await api.apply(`${maps}/x`, 'one', yaml)).body.data).toEqual({ text: 'two\nlines\n' });
    });

    it('tracks ordinary writers by their name too', async () => {
      await api.post(`${maps}?fieldManager=maker`, configMap('x', { a: '1', b: '1' }));
      await api.patch(`${maps}/x?fieldManager=changer`, merge, { data: { b: '2' } });
      const owners = (await api.get(`${maps}/x`)).body.metadata.managedFields;
      expect(owners).toMatchObject([
        { manager: 'changer', operation: 'Update', fieldsV1: { 'f:data': { 'f:b': {} } } },
        { manager: 'maker', operation: 'Update', fieldsV1: { 'f:data': { '.': {}, 'f:a': {} } } },
      ]);
    });
  });

  describe('deletion', () => {
    it('heeds preconditions and answers with the object or a Status', async () => {
      const { uid } = (await api.post(maps, configMap('x', {}))).body.metadata;
      expect((await api.delete(`${maps}/x`, { preconditions: { uid: 'other' } })).code).toBe(409);
      expect((await api.delete(`${maps}/x`, { preconditions: { resourceVersion: '1' } })).code).toBe(409);
      const done = await api.delete(`${maps}/x`, { preconditions: { uid } });
      expect(done.body).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: 'x', kind: 'configmaps', uid },
      });
      expect((await api.delete(`${maps}/x`)).code).toBe(404);
    });

    it('waits for finalizers', async () => {
      await api.post(maps, { ...configMap('held', {}), metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      expect((await api.delete(`${maps}/held`)).body.metadata.deletionTimestamp).toEqual(expect.any(String));
      expect((await api.get(`${maps}/held`)).code).toBe(200);
      await api.patch(`${maps}/held`, merge, { metadata: { finalizers: null } });
      expect((await api.get(`${maps}/held`)).code).toBe(404);
    });

    it('of many takes only those selected', async () => {
      for (const name of ['a', 'b', 'c'])
        await api.post(maps, { ...configMap(name, {}), metadata: { name, labels: { go: String(name !== 'b') } } });
      expect((await api.delete(`${maps}?labelSelector=go%3Dtrue`)).body.items).toHaveLength(2);
      expect((await api.get(maps)).body.items.map((item: Json) => item.metadata.name)).toEqual(['b']);
    });

    const owned = (name: string, owner: Json, block = true) => ({
      ...configMap(name, {}),
      metadata: {
        name,
        ownerReferences: [
          {
            apiVersion: 'v1',
            kind: 'ConfigMap',
            name: owner.metadata.name,
            uid: owner.metadata.uid,
            controller: true,
            blockOwnerDeletion: block,
          },
        ],
      },
    });

    it('in the background takes dependents along, and their dependents', async () => {
      const owner = (await api.post(maps, configMap('owner', {}))).body;
      const middle = (await api.post(maps, owned('middle', owner))).body;
      await api.post(maps, owned('leaf', middle));
      await api.delete(`${maps}/owner`);
      await gone(`${maps}/middle`);
      await gone(`${maps}/leaf`);
    });

    it('in the foreground waits for them', async () => {
      const owner = (await api.post(maps, configMap('owner', {}))).body;
      await api.post(maps, {
        ...owned('child', owner),
        metadata: { ...owned('child', owner).metadata, finalizers: ['example.com/hold'] },
      });
      const answer = await api.delete(`${maps}/owner`, { propagationPolicy: 'Foreground' });
      expect(answer.body.metadata.finalizers).toEqual(['foregroundDeletion']);
      await vi.waitFor(async () =>
        expect((await api.get(`${maps}/child`)).body.metadata.deletionTimestamp).toBeDefined(),
      );
      expect((await api.get(`${maps}/owner`)).code).toBe(200);
      await api.patch(`${maps}/child`, merge, { metadata: { finalizers: null } });
      await gone(`${maps}/owner`);
    });

    it('with orphans leaves them, without their owner', async () => {
      const owner = (await api.post(maps, configMap('owner', {}))).body;
      await api.post(maps, owned('child', owner));
      await api.delete(`${maps}/owner?propagationPolicy=Orphan`);
      await gone(`${maps}/owner`);
      expect((await api.get(`${maps}/child`)).body.metadata.ownerReferences).toBeUndefined();
    });

    it('of a namespace takes all in it, and nothing new gets in meanwhile', async () => {
      await api.post('/api/v1/namespaces', { metadata: { name: 'doomed' } });
      const inside = '/api/v1/namespaces/doomed/configmaps';
      await api.post(inside, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      await api.post(inside, { metadata: { name: 'free' } });
      expect((await api.delete('/api/v1/namespaces/doomed')).body.status.phase).toBe('Terminating');
      await gone(`${inside}/free`);
      const late = await api.post(inside, { metadata: { name: 'late' } });
      expect(late.body.message).toContain('because it is being terminated');
      await api.patch(`${inside}/held`, merge, { metadata: { finalizers: null } });
      await gone('/api/v1/namespaces/doomed');
      expect((await api.delete('/api/v1/namespaces/default')).code).toBe(403);
    });
  });

  describe('of pods', () => {
    const pods = '/api/v1/namespaces/default/pods';
    const pod = (name: string, labels: Record<string, string> = {}) => ({
      metadata: { name, labels },
      spec: { containers: [{ name: 'c', image: 'x:1' }] },
    });

    it('pass admission: service account, priority, tolerations, QoS', async () => {
      const made = (await api.post(pods, pod('admitted'))).body;
      expect(made.spec).toMatchObject({
        serviceAccountName: 'default',
        priority: 0,
        preemptionPolicy: 'PreemptLowerPriority',
      });
      expect(made.spec.tolerations).toHaveLength(2);
      expect(made.spec.volumes[0].name).toMatch(/^kube-api-access-/);
      expect(made.status).toEqual({ phase: 'Pending', qosClass: 'BestEffort' });
      const unknown = await api.post(pods, { ...pod('x'), spec: { ...pod('x').spec, priorityClassName: 'nope' } });
      expect(unknown.body.message).toContain('no PriorityClass with name nope was found');
      await api.delete(`${pods}/admitted`);
    });

    it('end gracefully once they have a node', async () => {
      cluster.store.create('nodes', readyNode('n'));
      await api.post(pods, pod('bound'));
      await api.post(`${pods}/bound/binding`, { target: { kind: 'Node', name: 'n' } });
      const ending = (await api.delete(`${pods}/bound?gracePeriodSeconds=7`)).body;
      expect(ending.metadata.deletionGracePeriodSeconds).toBe(7);
      expect((await api.get(`${pods}/bound`)).code).toBe(200);
      expect((await api.delete(`${pods}/bound?gracePeriodSeconds=0`)).code).toBe(200);
      expect((await api.get(`${pods}/bound`)).code).toBe(404);
    });

    it('are not evicted against a disruption budget', async () => {
      const budgets = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
      await api.post(budgets, {
        metadata: { name: 'keep' },
        spec: { minAvailable: 1, selector: { matchLabels: { app: 'kept' } } },
      });
      await api.post(pods, pod('kept', { app: 'kept' }));
      await api.post(`${pods}/kept/binding`, { target: { kind: 'Node', name: 'n' } });
      await api.patch(`${pods}/kept/status`, merge, { status: { phase: 'Running' } });
      await api.patch(`${budgets}/keep/status`, merge, {
        status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
      });
      const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'kept' } };
      const refused = await api.post(`${pods}/kept/eviction`, eviction);
      expect(refused.body).toMatchObject({ code: 429, reason: 'TooManyRequests' });
      expect(refused.body.details.causes[0].reason).toBe('DisruptionBudget');
      await api.patch(`${budgets}/keep/status`, merge, { status: { disruptionsAllowed: 1 } });
      expect((await api.post(`${pods}/kept/eviction`, eviction)).code).toBe(201);
      expect((await api.get(`${pods}/kept`)).body.metadata.deletionTimestamp).toEqual(expect.any(String));
      expect((await api.get(`${budgets}/keep`)).body.status.disruptionsAllowed).toBe(0);
    });
  });

  describe('seen through another version', () => {
    it('convert autoscalers and events', async () => {
      const v1 = '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers';
      const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };
      await api.post(v1, {
        metadata: { name: 'h' },
        spec: { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 55 },
      });
      const v2 = (await api.get('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/h')).body;
      expect(v2.spec.metrics[0].resource.target.averageUtilization).toBe(55);
      expect((await api.get(`${v1}/h`)).body).toMatchObject({
        apiVersion: 'autoscaling/v1',
        spec: { targetCPUUtilizationPercentage: 55 },
      });
      const events = '/apis/events.k8s.io/v1/namespaces/default/events';
      await api.post(events, {
        metadata: { name: 'e' },
        note: 'hello',
        reason: 'R',
        type: 'Normal',
        regarding: { kind: 'Pod', name: 'p' },
      });
      const core = (await api.get('/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dp')).body;
      expect(core.items[0]).toMatchObject({ message: 'hello', involvedObject: { name: 'p' } });
      const watched = (await api.get(events)).body;
      expect(watched.items[0]).toMatchObject({ note: 'hello', regarding: { name: 'p' } });
    });
  });
});
