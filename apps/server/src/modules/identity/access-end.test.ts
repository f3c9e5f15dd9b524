import { once } from 'node:events';
import { routes } from '@pilothouse/contract';
import { silentLogger, systemClock } from '@pilothouse/core';
import { afterEach, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import { openDoorbell } from '../../platform/events/open-doorbell.ts';
import { implement } from '../../platform/http/route-implementation.ts';
import { createSseStream } from '../../platform/streams/sse-stream.ts';
import { webSocketEndpoint } from '../../platform/streams/web-socket-endpoint.ts';
import { type IdentityRig, type SignedIn, startIdentity } from './identity-test-rig.ts';

const stream = implement(routes.streams, ({ context }) => {
  createSseStream(context).send({ data: 'hello' });
  return undefined;
});
/** Talks until it is ended. */
const watch = webSocketEndpoint({
  path: '/ws/watch',
  authorize() {},
  open: ({ signal, send }) =>
    new Promise((resolve) => {
      send('hello');
      signal.addEventListener('abort', () => resolve(), { once: true });
    }),
});

/** With the doorbell that real replicas have, and real time: a change must come by the bell, long before the next sweep. */
describeDatabases('the end of an access', (use) => {
  const rigs: IdentityRig[] = [];
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.stop();
  });

  test('does not wait for any bell in the process that made the change', async () => {
    const deaf = { ringOnCommit() {}, listen: () => () => {} };
    const rig = await startIdentity(use().database, {
      clock: systemClock,
      doorbell: deaf,
      routes: [stream],
      webSockets: [watch],
    });
    rigs.push(rig);
    const admin = await rig.setUp();
    const bob = await rig.addUser(admin, 'bob@example.org', 'viewer');
    const disable = () =>
      rig.call(`/api/v1/users/${bob.userId}`, { method: 'PATCH', token: admin.token, body: { disabled: true } });
    expect(await timeToEnd(rig, bob, disable)).toBeLessThan(1000);
    expect((await rig.call('/api/v1/me', { token: bob.token })).status).toBe(401);
  });

  async function start(database = use().database): Promise<IdentityRig> {
    const { location } = use();
    const config = 'postgresUrl' in location ? { databaseUrl: location.postgresUrl } : {};
    const { doorbell, services } = openDoorbell({ config, database, log: silentLogger, clock: systemClock });
    const rig = await startIdentity(database, {
      clock: systemClock,
      doorbell,
      services,
      routes: [stream],
      webSockets: [watch],
    });
    rigs.push(rig);
    return rig;
  }

  async function openSocket(rig: IdentityRig, token: string): Promise<WebSocket> {
    const ticket = await rig.call<{ url: string }>('/api/v1/tickets', { token, body: { path: '/ws/watch' } });
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}${ticket.body.url}`);
    const [greeting] = await once(socket, 'message');
    expect(String(greeting)).toBe('hello');
    return socket;
  }

  /** Milliseconds until the stream and the socket have ended. */
  async function timeToEnd(rig: IdentityRig, user: SignedIn, change: () => Promise<unknown>): Promise<number> {
    const [socket, response] = await Promise.all([
      openSocket(rig, user.token),
      fetch(`${rig.url}/api/v1/streams`, { headers: { authorization: `Bearer ${user.token}` } }),
    ]);
    const ended = Promise.all([once(socket, 'close'), response.text()]);
    await change();
    const changedAt = performance.now();
    const [, text] = await ended;
    expect(text).toContain('event: close');
    return performance.now() - changedAt;
  }

  test.each(['disable', 'delete', 'reset the password of', 'take a role from', 'give a role to'])(
    'to %s a user ends their open stream and WebSocket',
    async (what) => {
      const rig = await start();
      const admin = await rig.setUp();
      const bob = await rig.addUser(admin, 'bob@example.org', what.startsWith('give') ? undefined : 'viewer');
      const { token } = admin;
      const path = `/api/v1/users/${bob.userId}`;
      const changes: Record<string, () => Promise<unknown>> = {
        disable: () => rig.call(path, { method: 'PATCH', token, body: { disabled: true } }),
        delete: () => rig.call(path, { method: 'DELETE', token }),
        'reset the password of': () =>
          rig.call(path, { method: 'PATCH', token, body: { password: 'tuna-lantern-93-oblique' } }),
        'take a role from': async () => {
          const { body } = await rig.call<{ items: { id: string }[] }>(`/api/v1/role-bindings?user=${bob.userId}`, {
            token,
          });
          await rig.call(`/api/v1/role-bindings/${body.items[0]?.id}`, { method: 'DELETE', token });
        },
        'give a role to': () =>
          rig.call('/api/v1/role-bindings', { token, body: { user: bob.userId, role: 'viewer' } }),
      };
      const change = changes[what];
      if (!change) throw new Error(what);
      expect(await timeToEnd(rig, bob, change)).toBeLessThan(1000);
    },
  );

  test('reaches another replica by the bell, and requests there at once', async ({ skip }) => {
    if (use().name === 'sqlite') skip('SQLite has one process.');
    const first = await start();
    const second = await start(await use().open());
    const admin = await first.setUp();
    const bob = await first.addUser(admin, 'bob@example.org', 'viewer');
    const disable = () =>
      first.call(`/api/v1/users/${bob.userId}`, { method: 'PATCH', token: admin.token, body: { disabled: true } });
    expect(await timeToEnd(second, bob, disable)).toBeLessThan(1500);
    expect((await second.call('/api/v1/me', { token: bob.token })).status).toBe(401);
  });

  test('leaves no ticket that still opens', async () => {
    const rig = await start();
    const admin = await rig.setUp();
    const bob = await rig.addUser(admin, 'bob@example.org', 'viewer');
    const ticket = await rig.call<{ url: string }>('/api/v1/tickets', {
      token: bob.token,
      body: { path: '/ws/watch' },
    });
    await rig.call('/api/v1/auth/sign-out', { method: 'POST', cookie: bob.cookie });
    const socket = new WebSocket(`${rig.url.replace('http', 'ws')}${ticket.body.url}`);
    const [error] = await once(socket, 'error');
    expect(String(error)).toMatch(/401/);
  });
});
