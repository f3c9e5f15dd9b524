import type { AuditEntry, DeadLetter, PlatformEvent } from '@pilothouse/contract';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { describeDatabases } from '../../platform/database/test-databases.ts';
import { createTestClock, type IdentityRig, type SignedIn, startIdentity } from '../identity/identity-test-rig.ts';
import { auditedRequest, systemActor } from './audit-log.ts';

type List<T> = { items: T[]; nextCursor?: string };

describeDatabases('the audit log', (use) => {
  const clock = createTestClock();
  let rig: IdentityRig;
  let admin: SignedIn;
  beforeEach(async () => {
    rig = await startIdentity(use().database, { clock });
    admin = await rig.setUp();
  });
  afterEach(() => rig.stop());

  const list = async (query: string, token = admin.token) =>
    (await rig.call<List<AuditEntry>>(`/api/v1/audit?${query}`, { token })).body;
  const record = (verb: string, more: object = {}) =>
    rig.audit.record({ actor: systemActor, verb, object: 'cluster/alpha', result: 'allowed', ...more });

  test('keeps every field and leaves out what is not known', async () => {
    await record('secret.reveal', {
      actor: { type: 'user', id: 'u1', name: 'ann@example.org' },
      object: 'alpha/secrets/shop/db',
      cluster: 'alpha',
      requestId: 'r1',
      address: '203.0.113.9',
      details: { keys: ['password'], note: 'a NUL \0 inside' },
    });
    await record('bare.entry');
    const { items } = await list('limit=2');
    expect(items[0]).toEqual({
      id: expect.any(String),
      at: expect.any(String),
      actor: systemActor,
      verb: 'bare.entry',
      object: 'cluster/alpha',
      result: 'allowed',
    });
    expect(items[1]).toMatchObject({
      actor: { type: 'user', id: 'u1', name: 'ann@example.org' },
      cluster: 'alpha',
      requestId: 'r1',
      address: '203.0.113.9',
      details: { keys: ['password'], note: 'a NUL \ufffd inside' },
    });
  });

  test('cannot be changed or emptied, not even by a statement of ours', async () => {
    await record('a.b');
    for (const statement of ["update audit_log set verb = 'x'", 'delete from audit_log']) {
      await expect(use().database.transaction((tx) => sql.raw(statement).execute(tx))).rejects.toThrow(/append-only/);
    }
    expect((await list('verb=a.b')).items).toHaveLength(1);
  });

  test('has an entry exactly when the change it belongs to was kept', async () => {
    const { database } = use();
    const kept = (tx: Parameters<Parameters<typeof database.transaction>[0]>[0]) =>
      rig.audit.record({ actor: systemActor, verb: 'kept.entry', object: 'x', result: 'allowed' }, tx);
    await database.transaction(kept);
    const undone = database.transaction(async (tx) => {
      await kept(tx);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect((await list('verb=kept.entry')).items).toHaveLength(1);
  });

  test('is listed newest first, in pages that neither repeat nor miss an entry while more are written', async () => {
    for (let index = 0; index < 25; index++) await record('page.entry', { object: `x/${index}` });
    const objects: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined; ) {
      const page: List<AuditEntry> = await list(`verb=page.entry&limit=10${cursor && `&cursor=${cursor}`}`);
      objects.push(...page.items.map(({ object }) => object));
      await record('page.entry', { object: 'x/new' });
      cursor = page.nextCursor;
    }
    expect(objects).toEqual(Array.from({ length: 25 }, (_, index) => `x/${24 - index}`));
    expect((await rig.problem('/api/v1/audit?cursor=WzEsMl0', { token: admin.token })).body.code).toBe(
      'invalid_cursor',
    );
  });

  test('is filtered by actor, verb, cluster, time and words, each taken as it is', async () => {
    const ann = { type: 'user', id: 'u1', name: 'ann@example.org' };
    await record('cluster.update', { cluster: 'alpha', actor: ann });
    clock.advance(60_000);
    const middle = encodeURIComponent(new Date(clock.now() - 1000).toISOString());
    await record('cluster.delete', { cluster: 'beta', object: 'cluster/100%_beta' });
    const verbs = async (query: string) =>
      (await list(`${query}&limit=50`)).items.map(({ verb }) => verb).filter((verb) => verb.startsWith('cluster.'));
    expect(await verbs('actor=u1')).toEqual(['cluster.update']);
    expect(await verbs('actor=Ann@Example.org')).toEqual(['cluster.update']);
    expect(await verbs('cluster=beta')).toEqual(['cluster.delete']);
    expect(await verbs('verb=cluster.delete')).toEqual(['cluster.delete']);
    expect(await verbs(`from=${middle}`)).toEqual(['cluster.delete']);
    expect(await verbs(`to=${middle}`)).toEqual(['cluster.update']);
    expect(await verbs('q=100%25_BETA')).toEqual(['cluster.delete']);
    expect(await verbs('q=100%25%25')).toEqual([]);
    expect(await verbs("q='%20or%201=1--")).toEqual([]);
    expect((await rig.problem('/api/v1/audit?from=yesterday', { token: admin.token })).body).toMatchObject({
      details: [{ pointer: '?from' }],
    });
  });

  test('is for administrators of the installation alone', async () => {
    const viewer = await rig.addUser(admin, 'viewer@example.org', 'operator');
    expect((await rig.problem('/api/v1/audit', { token: viewer.token })).body).toMatchObject({
      code: 'permission_denied',
      permission: 'audit:read',
    });
  });

  test('names who asked, and a token by its user', () => {
    const request = { requestId: 'r', address: 'a' };
    const principal = { kind: 'token', userId: 'u1', email: 'ann@example.org' } as never;
    expect(auditedRequest({ ...request, signedIn: principal }).actor).toEqual({
      type: 'token',
      id: 'u1',
      name: 'ann@example.org',
    });
    expect(auditedRequest({ ...request, signedIn: undefined }).actor).toEqual({ type: 'anonymous', name: 'anonymous' });
  });
});

describeDatabases('the log of platform events', (use) => {
  let rig: IdentityRig;
  let admin: SignedIn;
  beforeEach(async () => {
    rig = await startIdentity(use().database);
    admin = await rig.setUp();
  });
  afterEach(() => rig.stop());

  const append = (type: string, subject: string, data: object = {}) =>
    use().database.transaction(async (tx) => {
      rig.events.append(tx, { type, subject, actor: 'system', data: { ...data } });
    });
  const list = async (query: string, token: string) =>
    (await rig.call<List<PlatformEvent>>(`/api/v1/platform-events?${query}`, { token })).body;
  const bindOn = async (email: string, clusterId: string, namespaces?: string[]) => {
    const sessions = await use()
      .database.reader.selectFrom('sessions')
      .select('id')
      .where('user_id', '=', admin.userId)
      .execute();
    const principal = await rig.identity.access.recall({
      kind: 'session',
      userId: admin.userId,
      credentialId: sessions[0]?.id ?? '',
    });
    const context = { principal, signedIn: principal, requestId: 'test', address: '127.0.0.1' } as never;
    await rig.identity.roleBindings.create(
      { user: email, role: 'viewer', cluster: { id: clusterId, name: clusterId }, namespaces },
      context,
    );
  };

  test('shows each what they may read: their clusters, their namespaces, their own sessions', async () => {
    const ann = await rig.addUser(admin, 'ann@example.org');
    const bob = await rig.addUser(admin, 'bob@example.org', 'viewer');
    await bindOn('ann@example.org', 'id-of-alpha', ['shop']);
    await append('cluster.updated', 'cluster/id-of-alpha');
    await append('cluster.updated', 'cluster/id-of-beta');
    await append('resource.applied', 'cluster/id-of-alpha', { namespace: 'shop' });
    await append('resource.applied', 'cluster/id-of-alpha', { namespace: 'billing' });
    await append('run.finished', 'run/1', { clusterId: 'id-of-alpha' });
    await append('template.updated', 'template/1');
    const seen = async (token: string) =>
      (await list('limit=100', token)).items.map(
        ({ type, subject, data }) =>
          `${type} ${subject.split('/')[0]}/${data.userId ?? data.namespace ?? subject.split('/')[1]}`,
      );
    const ofAnn = await seen(ann.token);
    expect(ofAnn.filter((line) => !line.includes(ann.userId))).toEqual([
      'run.finished run/1',
      'resource.applied cluster/shop',
      'cluster.updated cluster/id-of-alpha',
    ]);
    expect(ofAnn).toContain(`session.started session/${ann.userId}`);
    const ofBob = await seen(bob.token);
    expect(ofBob).toContain('template.updated template/1');
    expect(ofBob).toContain('resource.applied cluster/billing');
    expect(ofBob.filter((line) => line.includes(ann.userId) || line.includes(admin.userId))).toEqual([]);
    expect(await seen(admin.token)).toContain(`session.started session/${ann.userId}`);
  });

  test('is filtered by topic and subject and read in pages, newest first', async () => {
    for (let index = 0; index < 12; index++)
      await append(index % 2 ? 'cluster.updated' : 'clusters.counted', `cluster/${index % 4}`);
    const page = await list('topics=cluster&limit=4', admin.token);
    const rest = await list(`topics=cluster&limit=4&cursor=${page.nextCursor}`, admin.token);
    const seqs = [...page.items, ...rest.items].map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => b - a));
    expect(seqs).toHaveLength(6);
    expect(rest.nextCursor).toBeUndefined();
    expect((await list('subject=cluster/3', admin.token)).items.map(({ subject }) => subject)).toEqual([
      'cluster/3',
      'cluster/3',
      'cluster/3',
    ]);
  });

  test('gives somebody who may read few of many a short page and a cursor, until the end', async () => {
    const ann = await rig.addUser(admin, 'ann@example.org');
    await append('cluster.updated', 'cluster/id-of-alpha');
    await bindOn('ann@example.org', 'id-of-alpha');
    await use().database.transaction(async (tx) => {
      for (let index = 0; index < 5200; index++)
        rig.events.append(tx, { type: 'cluster.updated', subject: 'cluster/other', actor: 'system' });
    });
    const found: PlatformEvent[] = [];
    let requests = 0;
    for (let cursor: string | undefined = ''; cursor !== undefined; requests++) {
      const page: List<PlatformEvent> = await list(
        `topics=cluster&limit=10${cursor && `&cursor=${cursor}`}`,
        ann.token,
      );
      found.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(found.map(({ subject }) => subject)).toEqual(['cluster/id-of-alpha']);
    expect(requests).toBe(2);
  });
});

describeDatabases('dead letters', (use) => {
  test('are listed and replayed by administrators, once, and that is audited', async () => {
    const rig = await startIdentity(use().database);
    const admin = await rig.setUp();
    const [event] = await rig.events.list({ limit: 1 });
    await use().database.transaction(async (tx) => {
      for (const id of ['d1', 'd2', 'd3']) {
        const row = {
          id,
          consumer: 'search',
          seq: event?.seq ?? 0,
          event: JSON.stringify(event),
          attempts: 8,
          error: 'boom',
          at: rig.clock.now(),
        };
        await tx.insertInto('dead_letters').values(row).execute();
      }
    });
    const { token } = admin;
    const first = await rig.call<List<DeadLetter>>('/api/v1/dead-letters?limit=2', { token });
    expect(first.body.items).toMatchObject([{ id: 'd3', consumer: 'search', error: 'boom', event }, { id: 'd2' }]);
    const second = await rig.call<List<DeadLetter>>(`/api/v1/dead-letters?limit=2&cursor=${first.body.nextCursor}`, {
      token,
    });
    expect(second.body).toMatchObject({ items: [{ id: 'd1' }] });
    const replay = () => rig.problem('/api/v1/dead-letters/d2/replay', { method: 'POST', token });
    expect(await replay()).toMatchObject({ status: 202, body: { replayed: true } });
    expect((await replay()).status).toBe(404);
    const audit = await rig.call<List<AuditEntry>>('/api/v1/audit?verb=deadLetter.replay', { token });
    expect(audit.body.items).toMatchObject([{ object: 'dead-letter/d2' }]);
    const viewer = await rig.addUser(admin, 'viewer@example.org', 'operator');
    expect((await rig.problem('/api/v1/dead-letters', { token: viewer.token })).body.code).toBe('permission_denied');
    await rig.stop();
  });
});
