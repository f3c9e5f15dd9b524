import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSimulatedCluster, type SimulatedCluster } from '../src/index.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { configMap } from './manifests.ts';

const maps = '/api/v1/namespaces/default/configmaps';

describe('faults', () => {
  let cluster: SimulatedCluster;
  let api: ApiClient;

  beforeAll(async () => {
    cluster = createSimulatedCluster({ controllers: false });
    await cluster.listen();
    api = createApiClient(cluster);
    cluster.store.create('configmaps', configMap('one', { text: 'x'.repeat(5000) }));
  });

  afterEach(() => cluster.faults.clear());
  afterAll(() => cluster.close());

  it.each([401, 403, 410, 429, 500, 503])('answer %i with a Status', async (status) => {
    cluster.faults.add({ status, retryAfter: 3 });
    const answer = await api.get(maps);
    expect(answer).toMatchObject({ code: status, body: { kind: 'Status', code: status } });
    expect(answer.headers['retry-after']).toBe('3');
  });

  it('meet only the requests their pattern names, and only so many times', async () => {
    cluster.faults.add({ match: '^GET /api/v1/namespaces/default/configmaps', status: 500, times: 2 });
    expect((await api.get('/version')).code).toBe(200);
    expect((await api.post(maps, configMap('two', {}))).code).toBe(201);
    expect([(await api.get(maps)).code, (await api.get(maps)).code, (await api.get(maps)).code]).toEqual([
      500, 500, 200,
    ]);
  });

  it('slow an answer down', async () => {
    cluster.faults.add({ latency: 150 });
    const started = performance.now();
    expect((await api.get('/version')).code).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(145);
  });

  it('never answer', async () => {
    cluster.faults.add({ hang: true, times: 1 });
    const outcome = await Promise.race([
      api.get('/version').then(() => 'answered'),
      api.get('/version').then(() => new Promise((resolve) => setTimeout(resolve, 200, 'silent'))),
    ]);
    expect(outcome).toBe('silent');
  });

  it('send half of the JSON and break off', async () => {
    cluster.faults.add({ halfJson: true });
    await expect(api.get(maps)).rejects.toThrow(/aborted|hang up|reset/i);
  });

  it('break the connection, and redirect', async () => {
    cluster.faults.add({ reset: true, times: 1 });
    await expect(api.get('/version')).rejects.toThrow(/hang up|reset/i);
    cluster.faults.set([{ redirect: 'http://192.0.2.1/elsewhere' }]);
    const answer = await api.get(maps);
    expect(answer.code).toBe(307);
    expect(answer.headers.location).toBe('http://192.0.2.1/elsewhere');
  });

  it('drop watches after a while', async () => {
    cluster.faults.add({ match: 'watch=', dropWatchAfter: 100 });
    const watch = api.watch(`${maps}?watch=1`);
    await vi.waitFor(() => expect(watch.events.length).toBeGreaterThan(0));
    await vi.waitFor(() => expect(watch.closed).toBe(true));
  });

  it('are switched over HTTP too, whatever else is broken', async () => {
    await api.post('/_simulator/faults', { status: 500 });
    expect((await api.get(maps)).code).toBe(500);
    expect((await api.get('/_simulator/faults')).body).toEqual([{ status: 500 }]);
    await api.post('/_simulator/faults', [{ status: 503 }, { match: '/version', latency: 1 }]);
    expect((await api.get(maps)).code).toBe(503);
    await api.delete('/_simulator/faults');
    expect((await api.get(maps)).code).toBe(200);
    expect((await api.post('/_simulator/faults', { match: '(' })).code).toBe(400);
  });
});
