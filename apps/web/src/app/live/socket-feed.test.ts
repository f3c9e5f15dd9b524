import type { WatchRequest } from '@pilothouse/contract';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { row, testColumns } from '../../features/resources/test-rows.ts';
import { createSocketFeed } from './socket-feed.ts';
import type { FeedHandlers, FeedState } from './table-feed.ts';

class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: WatchRequest[] = [];
  onopen: () => void = () => {};
  onmessage: (event: { data: string }) => void = () => {};
  onclose: () => void = () => {};
  constructor() {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as WatchRequest);
  }
  close() {
    this.readyState = 3;
    this.onclose();
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  say(message: object) {
    this.onmessage({ data: JSON.stringify(message) });
  }
}

function handlers() {
  const states: FeedState[] = [];
  const calls = { states, messages: [] as unknown[], gaps: 0, refusals: [] as unknown[] };
  const given: FeedHandlers = {
    message: (message) => calls.messages.push(message),
    state: (state) => states.push(state),
    gap: () => {
      calls.gaps += 1;
    },
    refused: (failure) => calls.refusals.push(failure),
  };
  return { given, calls };
}

function setUp() {
  const unusable = vi.fn();
  const open = createSocketFeed({
    address: async () => '/ws/watch?ticket=t',
    connect: () => new FakeSocket() as unknown as WebSocket,
    unusable,
  });
  return { open, unusable, socket: () => FakeSocket.all.at(-1), settle: () => vi.advanceTimersByTimeAsync(0) };
}

beforeEach(() => {
  FakeSocket.all = [];
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', { OPEN: 1 });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('tables over one socket', () => {
  it('subscribe each under its own id and hear only their own changes', async () => {
    const { open, socket, settle } = setUp();
    const [pods, nodes] = [handlers(), handlers()];
    open({ resource: 'pods', namespaces: 'shop' }, pods.given);
    open({ resource: 'nodes' }, nodes.given);
    await settle();
    socket()?.open();
    expect(FakeSocket.all).toHaveLength(1);
    const [first, second] = socket()?.sent ?? [];
    expect(first).toMatchObject({ type: 'subscribe', resource: 'pods', namespaces: 'shop' });
    expect(second).toMatchObject({ type: 'subscribe', resource: 'nodes' });
    const changes = { type: 'changes', upserts: [row('a')], deletes: [] };
    socket()?.say({ type: 'message', id: first?.id, message: changes });
    expect(pods.calls.messages).toEqual([changes]);
    expect(nodes.calls.messages).toEqual([]);
  });

  it('subscribe again after a loss, and are told that they may have missed something', async () => {
    const { open, socket, settle } = setUp();
    const pods = handlers();
    open({ resource: 'pods' }, pods.given);
    await settle();
    socket()?.open();
    const id = socket()?.sent[0]?.id;
    socket()?.say({ type: 'message', id, message: { type: 'ready', columns: testColumns } });
    expect(pods.calls.gaps).toBe(0);
    socket()?.close();
    expect(pods.calls.states.at(-1)).toBe('retrying');
    await vi.advanceTimersByTimeAsync(2000);
    expect(FakeSocket.all).toHaveLength(2);
    socket()?.open();
    expect(socket()?.sent[0]).toMatchObject({ type: 'subscribe', id });
    socket()?.say({ type: 'message', id, message: { type: 'ready', columns: testColumns } });
    expect(pods.calls.gaps).toBe(1);
    expect(pods.calls.states.at(-1)).toBe('live');
  });

  it('unsubscribe when they close, and the last one lets the socket go', async () => {
    const { open, socket, settle } = setUp();
    const close = open({ resource: 'pods' }, handlers().given);
    await settle();
    socket()?.open();
    close();
    expect(socket()?.sent.at(-1)).toMatchObject({ type: 'unsubscribe' });
    await vi.advanceTimersByTimeAsync(11_000);
    expect(socket()?.readyState).toBe(3);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('tell of a refusal only the table that was refused', async () => {
    const { open, socket, settle } = setUp();
    const [one, other] = [handlers(), handlers()];
    open({ resource: 'nosuch' }, one.given);
    open({ resource: 'pods' }, other.given);
    await settle();
    socket()?.open();
    socket()?.say({ type: 'error', id: socket()?.sent[0]?.id, code: 'not_found', message: 'No such kind.' });
    expect(one.calls.refusals).toHaveLength(1);
    expect(other.calls.refusals).toHaveLength(0);
  });

  it('go another way where sockets never open', async () => {
    const { open, socket, settle, unusable } = setUp();
    const pods = handlers();
    open({ resource: 'pods' }, pods.given);
    await settle();
    for (let attempt = 0; attempt < 3; attempt += 1) {
      socket()?.close();
      await vi.advanceTimersByTimeAsync(40_000);
    }
    expect(unusable).toHaveBeenCalledTimes(1);
    expect(unusable.mock.calls[0]?.[0]).toHaveLength(1);
  });
});
