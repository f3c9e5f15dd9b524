import { allRoutes, type Role, type Route, roles } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import type { RouteImplementation } from '../../platform/http/route-implementation.ts';
import { startTestHttp } from '../../platform/http/test-http.ts';
import { createTestClock, type IdentityRig, type SignedIn, startIdentity } from './identity-test-rig.ts';
import { ruleFor } from './policy.ts';

const atLevel = (level: string) =>
  allRoutes
    .filter(({ permission }) => permission.level === level)
    .map(({ id }) => id)
    .sort();

describe('every route of the contract', () => {
  test.each(allRoutes.map((route) => [route.id, route] as const))(
    '%s declares who may call it, by a row of the policy',
    (_, { permission }) => {
      expect(['public', 'signed-in', 'platform', 'cluster', 'filtered']).toContain(permission?.level);
      if (!('noun' in permission)) return;
      const rule = ruleFor(permission.noun, permission.verb);
      expect(rule).toBeDefined();
      if (permission.level === 'cluster') expect(rule?.reach).not.toBe('platform');
    },
  );

  test('is open to everyone only where it must be', () => {
    expect(atLevel('public')).toEqual([
      'session.create',
      'session.createOnce',
      'session.end',
      'session.refresh',
      'setup.complete',
      'setup.read',
    ]);
  });

  test('is open to everyone signed in only where it is about themselves', () => {
    expect(atLevel('signed-in')).toEqual([
      'me.changePassword',
      'me.createToken',
      'me.deleteToken',
      'me.endSession',
      'me.listSessions',
      'me.listTokens',
      'me.read',
      'ticket.create',
    ]);
  });

  test('on a cluster names the cluster, and leaves the namespace to its service only in apply', () => {
    const onCluster = allRoutes.filter(({ permission }) => permission.level === 'cluster');
    expect(onCluster.length).toBeGreaterThan(10);
    for (const { path } of onCluster) expect(path).toMatch(/\/:cluster(\/|$)/);
    const withoutNamespace = onCluster.filter(({ permission, path }) => {
      if (!('noun' in permission)) return false;
      return ruleFor(permission.noun, permission.verb)?.reach === 'namespace' && !path.includes(':namespace');
    });
    expect(withoutNamespace.map(({ id }) => id)).toEqual(['resource.apply']);
  });

  test('that everybody may ask answers with what they may see, so it only reads', () => {
    for (const { permission, method, id } of allRoutes) {
      if (permission.level === 'filtered')
        expect([method, ['list', 'read'].includes(permission.verb)], id).toEqual(['GET', true]);
    }
  });
});

/** A stand-in for every operation, behind the real access control. It tells that it was reached by an error nothing else here makes. */
const reached = 'field_conflict';
const standIns: RouteImplementation[] = allRoutes.map((route) => ({
  route,
  handle: () => {
    throw appError(reached, 'The handler was reached.');
  },
}));

const place: Record<string, string> = { cluster: 'alpha', namespace: 'shop', resource: 'pods', name: 'web', id: 'x' };
const urlOf = ({ path }: Route, params: Record<string, string> = place) =>
  path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? '-');

describeDatabases('the access control over every route', (use) => {
  let rig: IdentityRig;
  let gate: Awaited<ReturnType<typeof startTestHttp>>;
  let admin: SignedIn;
  const clock = createTestClock();
  beforeEach(async () => {
    rig = await startIdentity(use().database, { clock });
    gate = await startTestHttp({ access: rig.identity.access, routes: standIns });
    admin = await rig.setUp();
  });
  afterEach(async () => {
    await gate.server.close(500);
    await rig.stop();
  });

  /** `passed`: the access control let it through, to the check of its input or the handler. */
  async function ask(
    route: Route,
    token: string | undefined,
    params = place,
  ): Promise<{ passed: boolean; status: number; problem: Record<string, unknown> }> {
    const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(gate.url + urlOf(route, params), { method: route.method, headers });
    const text = await response.text();
    const problem: Record<string, unknown> = text === '' ? {} : JSON.parse(text);
    const { status } = response;
    return {
      passed: problem.code === reached || problem.code === 'invalid_input',
      status,
      problem: { ...problem, requestId: '' },
    };
  }

  async function bind(
    user: SignedIn,
    binding: { role: Role; clusterId?: string; namespaces?: string[]; expiresAt?: string },
  ) {
    const { role, clusterId, ...rest } = binding;
    const cluster = clusterId === undefined ? {} : { cluster: { id: clusterId, name: clusterId } };
    const principal = await rig.identity.access.recall({
      kind: 'session',
      userId: admin.userId,
      credentialId: await sessionOf(admin),
    });
    const context = { principal, signedIn: principal, requestId: 'test', address: '127.0.0.1' };
    await rig.identity.roleBindings.create({ user: user.userId, role, ...cluster, ...rest }, context as never);
  }
  async function sessionOf({ userId }: SignedIn): Promise<string> {
    const query = use().database.reader.selectFrom('sessions').select('id').where('user_id', '=', userId);
    return (await query.executeTakeFirstOrThrow()).id;
  }

  test('lets nobody through without credentials, or with wrong ones, but to public routes', async () => {
    for (const route of allRoutes) {
      const isPublic = route.permission.level === 'public';
      const answer = await ask(route, undefined);
      expect(answer.passed, route.id).toBe(isPublic);
      if (!isPublic) expect(answer.problem.code, route.id).toBe('not_signed_in');
      if (!isPublic) expect((await ask(route, 'ph_wrong')).status, route.id).toBe(401);
    }
  });

  test('lets a user without roles reach only what is about themselves or filtered', async () => {
    const nobody = await rig.addUser(admin, 'nobody@example.org');
    for (const route of allRoutes) {
      const { passed, problem } = await ask(route, nobody.token);
      const { level } = route.permission;
      expect(passed, route.id).toBe(level === 'public' || level === 'signed-in' || level === 'filtered');
      if (level === 'platform') expect(problem.code, route.id).toBe('permission_denied');
      if (level === 'cluster') expect(problem.code, route.id).toBe('not_found');
    }
  });

  test('lets each role through to exactly what the policy gives it, everywhere, on a cluster, and in a namespace', async () => {
    const scopes = [
      { name: 'all', binding: {} },
      { name: 'alpha', binding: { clusterId: 'id-of-alpha' } },
      { name: 'shop', binding: { clusterId: 'id-of-alpha', namespaces: ['shop'] } },
    ];
    for (const role of roles) {
      for (const scope of scopes) {
        const user = await rig.addUser(admin, `${role}-${scope.name}@example.org`);
        await bind(user, { role, ...scope.binding });
        for (const route of allRoutes) {
          const { permission } = route;
          if (permission.level !== 'platform' && permission.level !== 'cluster') continue;
          const rule = ruleFor(permission.noun, permission.verb);
          const isEnough = rule !== undefined && roles.indexOf(role) >= roles.indexOf(rule.role);
          const reaches =
            scope.name === 'all' ||
            (permission.level === 'cluster' &&
              (scope.name === 'alpha' || rule?.reach === 'namespace' || rule?.reach === 'presence'));
          expect((await ask(route, user.token)).passed, `${role} on ${scope.name}: ${route.id}`).toBe(
            isEnough && reaches,
          );
        }
      }
    }
  });

  test('answers for a foreign cluster or namespace exactly as for one that does not exist', async () => {
    const user = await rig.addUser(admin, 'shop@example.org');
    await bind(user, { role: 'admin', clusterId: 'id-of-alpha', namespaces: ['shop'] });
    for (const route of allRoutes.filter(({ permission }) => permission.level === 'cluster')) {
      const foreign = await ask(route, user.token, { ...place, cluster: 'beta' });
      expect(foreign.status, route.id).toBe(404);
      expect(await ask(route, user.token, { ...place, cluster: 'id-of-beta' }), route.id).toEqual(foreign);
      expect(await ask(route, user.token, { ...place, cluster: 'gamma' }), route.id).toEqual(foreign);
      if (!route.path.includes(':namespace')) continue;
      const elsewhere = await ask(route, user.token, { ...place, namespace: 'billing' });
      expect(elsewhere.problem.code, route.id).toBe('not_found');
      expect(await ask(route, user.token, { ...place, namespace: 'no-such' }), route.id).toEqual(elsewhere);
      // A cluster-scoped object is in no namespace of theirs.
      expect((await ask(route, user.token, { ...place, namespace: '-' })).passed, route.id).toBe(false);
    }
  });

  test('gives a role until it expires, on the running server', async () => {
    const user = await rig.addUser(admin, 'guest@example.org');
    const route = allRoutes.find(({ id }) => id === 'resource.read') as Route;
    await bind(user, {
      role: 'viewer',
      clusterId: 'id-of-alpha',
      expiresAt: new Date(rig.clock.now() + 50_000).toISOString(),
    });
    expect((await ask(route, user.token)).passed).toBe(true);
    clock.advance(51_000);
    expect((await ask(route, user.token)).status).toBe(404);
  });

  test('refuses a permission that is in no row of the policy, whatever the role', async () => {
    const { access } = rig.identity;
    const principal = await access.recall({
      kind: 'session',
      userId: admin.userId,
      credentialId: await sessionOf(admin),
    });
    for (const level of ['platform', 'cluster', 'filtered', 'other']) {
      const permission = { level, noun: 'cluster', verb: 'reveal' } as never;
      await expect(async () => access.authorize(principal, permission, { cluster: 'alpha' }), level).rejects.toThrow();
    }
  });

  test('records a change that was tried and refused', async () => {
    const user = await rig.addUser(admin, 'viewer@example.org');
    await bind(user, { role: 'viewer', clusterId: 'id-of-alpha' });
    const denied = allRoutes.find(({ id }) => id === 'resource.delete') as Route;
    await ask(denied, user.token);
    const { body } = await rig.call<{ items: unknown[] }>('/api/v1/audit?cluster=alpha', { token: admin.token });
    expect(body.items).toMatchObject([
      {
        actor: { type: 'user', name: 'viewer@example.org' },
        verb: 'resource.delete',
        object: 'alpha/pods/shop/web',
        result: 'denied',
        address: '127.0.0.1',
        details: { permission: 'resource:delete' },
      },
    ]);
  });
});
