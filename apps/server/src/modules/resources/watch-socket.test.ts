import type { WatchAnswer, WatchRequest } from '@pilothouse/contract';
import type { SimulatedCluster } from '@pilothouse/kubesim';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { pod } from './test-objects.ts';
import { grantOn, startTestRig, type TestRig } from './test-rig.ts';

let rig: TestRig;
let one: { id: string; cluster: SimulatedCluster };

beforeAll(async () => {
  rig = await startTestRig();
  one = await rig.addCluster('one', {
    seed({ store }) {
      for (const namespace of ['shop', 'bank']) {
        store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
        store.create('pods', pod(namespace, 'web'));
      }
    },
  });
});
afterAll(() => rig.stop());

type Conversation = {
  socket: WebSocket;
  answers: WatchAnswer[];
  closed: { status: number; reason: string } | undefined;
  ask(request: WatchRequest | string): void;
};

async function converse(person = 'admin'): Promise<Conversation> {
  const socket = await rig.socket({ path: '/ws/watch' }, person);
  const conversation: Conversation = {
    socket,
    answers: [],
    closed: undefined,
    ask: (request) => socket.send(typeof request === 'string' ? request : JSON.stringify(request)),
  };
  socket.on('message', (data) => conversation.answers.push(JSON.parse(String(data))));
  socket.on('close', (status, reason) => {
    conversation.closed = { status, reason: reason.toString() };
  });
  await new Promise((resolve) => socket.once('open', resolve));
  return conversation;
}

const idsOf = (answers: readonly WatchAnswer[], id: string) =>
  answers.flatMap((answer) =>
    answer.type === 'message' && answer.id === id && answer.message.type === 'changes'
      ? answer.message.upserts.map((row) => row.id)
      : [],
  );

test('one socket carries several tables, each under its own id', async () => {
  const { ask, answers, socket } = await converse();
  ask({ type: 'subscribe', id: 'a', resource: 'pods', namespaces: 'shop', snapshot: true });
  ask({ type: 'subscribe', id: 'b', resource: 'namespaces', snapshot: true });
  await expect.poll(() => idsOf(answers, 'a')).toEqual(['one/shop/web']);
  await expect.poll(() => idsOf(answers, 'b')).toContain('one//bank');
  one.cluster.store.create('pods', pod('shop', 'later'));
  await expect.poll(() => idsOf(answers, 'a')).toContain('one/shop/later');
  ask({ type: 'unsubscribe', id: 'a' });
  one.cluster.store.delete('pods', { namespace: 'shop', name: 'later' });
  one.cluster.store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fence' } });
  await expect.poll(() => idsOf(answers, 'b')).toContain('one//fence');
  expect(
    answers.some(
      (answer) => answer.type === 'message' && answer.message.type === 'changes' && answer.message.deletes.length > 0,
    ),
  ).toBe(false);
  socket.close();
});

test('faults are answered under the id they belong to, and the socket goes on', async () => {
  const { ask, answers, socket } = await converse();
  ask('{nonsense');
  ask({ type: 'subscribe', id: 'x', resource: 'pods', labelSelector: '=(' });
  ask({ type: 'subscribe', id: 'y', resource: 'pods', clusters: 'nope' });
  ask(JSON.stringify({ type: 'subscribe', id: 'z', resource: 'pods', surprise: 1 }));
  await expect
    .poll(() => answers.flatMap((answer) => (answer.type === 'error' ? [[answer.id, answer.code]] : [])))
    .toEqual(
      expect.arrayContaining([
        [undefined, 'invalid_input'],
        ['x', 'invalid_selector'],
        ['y', 'not_found'],
      ]),
    );
  ask({ type: 'subscribe', id: 'x', resource: 'pods', snapshot: true });
  await expect.poll(() => idsOf(answers, 'x').length).toBeGreaterThan(0);
  socket.close();
});

test('shows a share its namespaces only, and closes when the share is revoked', async () => {
  const nina = rig.person('nina', grantOn(one.id, 'viewer', ['shop']));
  const conversation = await converse('nina');
  conversation.ask({ type: 'subscribe', id: 'a', resource: 'pods', snapshot: true });
  await expect.poll(() => idsOf(conversation.answers, 'a')).toEqual(['one/shop/web']);
  nina.revoke();
  await expect
    .poll(() => conversation.closed)
    .toMatchObject({ status: 1008, reason: expect.stringContaining('access_changed') });
});
