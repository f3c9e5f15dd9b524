import type { BodyOf, Cluster, ConnectionTest, clusterRoutes } from '@pilothouse/contract';
import { appError, type Clock, uuid7 } from '@pilothouse/core';
import type { Sealer } from '../../platform/crypto/sealer.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { EventLog } from '../../platform/events/event-log.ts';
import { actorOf, type Principal } from '../../platform/http/principal.ts';
import type { RequestContext } from '../../platform/http/request-context.ts';
import { type AuditLog, auditedRequest } from '../audit/audit-log.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import type { RoleBindingService } from '../identity/role-binding-service.ts';
import { intakeAccess } from './access-intake.ts';
import type { ClusterConnections } from './cluster-connections.ts';
import type { ClusterConnector } from './cluster-connector.ts';
import type { ClusterDirectory } from './cluster-directory.ts';
import { detectProvider } from './cluster-provider.ts';
import type { ClusterRecord, ClusterStore } from './cluster-store.ts';
import { checkVersion, clusterView } from './cluster-view.ts';
import type { ConnectionMonitor } from './connection-monitor.ts';
import { failedTest, testConnection, testFailureCodes } from './connection-test.ts';
import { type StoredAccess, serverOf } from './stored-access.ts';

export type RegisterCluster = BodyOf<typeof clusterRoutes.createCluster>;
export type UpdateCluster = BodyOf<typeof clusterRoutes.updateCluster>;
export type RotateCredentials = BodyOf<typeof clusterRoutes.rotateCredentials>;
export type AccessToTest = BodyOf<typeof clusterRoutes.testAccess>;

/** Who asks, and where the audit entry says it came from. */
export type Caller = Pick<RequestContext, 'principal' | 'signedIn' | 'requestId' | 'address'>;

/** `ifMatch` is the version that the caller last saw. */
export type VersionedCaller = Caller & { readonly ifMatch: string | undefined };

export type ClusterServiceDeps = {
  database: Database;
  store: ClusterStore;
  events: EventLog;
  sealer: Sealer;
  directory: ClusterDirectory;
  connections: ClusterConnections;
  connector: ClusterConnector;
  monitor: Pick<ConnectionMonitor, 'check'>;
  authorizer: Authorizer;
  audit: AuditLog;
  roleBindings: Pick<RoleBindingService, 'deleteForCluster'>;
  clock: Clock;
  localMode: boolean;
};

export type ClusterService = ReturnType<typeof createClusterService>;

const uuidLike = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export function createClusterService(deps: ClusterServiceDeps) {
  const {
    database,
    store,
    events,
    sealer,
    directory,
    connections,
    connector,
    monitor,
    authorizer,
    audit,
    roleBindings,
    clock,
  } = deps;
  const placeOf = (id: string) => ({ table: 'clusters', column: 'access', id });
  const seal = (id: string, access: StoredAccess) => sealer.seal(JSON.stringify(access), placeOf(id));
  const view = (record: ClusterRecord, principal: Principal): Cluster => clusterView(record, principal, authorizer);

  const note = (
    tx: Transaction,
    caller: Caller,
    { verb, name, details }: { verb: string; name: string; details?: Record<string, unknown> },
  ) =>
    audit.record(
      {
        ...auditedRequest(caller),
        verb,
        object: `cluster/${name}`,
        cluster: name,
        result: 'allowed',
        ...(details ? { details } : {}),
      },
      tx,
    );

  function intake(
    access: AccessToTest['access'],
    allowPrivateAddress: boolean | undefined,
    principal: Principal,
  ): StoredAccess {
    if (allowPrivateAddress && !authorizer.can(principal, { noun: 'cluster', verb: 'create' }))
      throw appError('permission_denied', 'Only an administrator of the installation may allow private addresses.', {
        extra: { permission: 'cluster:create' },
      });
    return intakeAccess(access, { allowPrivateAddress: allowPrivateAddress ?? false, localMode: deps.localMode });
  }

  async function read(nameOrId: string): Promise<ClusterRecord> {
    const { id } = await directory.resolve(nameOrId);
    const record = await store.find(id);
    if (record) return record;
    throw appError('not_found', 'There is nothing of that name, or nothing you may see.');
  }

  async function accessOf(id: string): Promise<StoredAccess> {
    const sealed = await store.sealedAccess(id);
    if (sealed === undefined) throw appError('not_found', 'There is no such cluster any more.');
    return JSON.parse(sealer.openText(sealed, placeOf(id))) as StoredAccess;
  }

  /** Tests an access as it would be used. A refresh token that is rotated meanwhile is kept in `access`. */
  async function test(access: StoredAccess, clusterId: string): Promise<ConnectionTest> {
    try {
      const connection = await connector.resolve(access, {
        clusterId,
        async onRefreshToken(refreshToken) {
          if (access.type === 'oidc') access.oidc.refreshToken = refreshToken;
        },
      });
      const client = connector.client(connection);
      try {
        const result = await testConnection(client, 'namespace' in access ? access.namespace : undefined);
        if (result.version === undefined) return result;
        return {
          ...result,
          provider: detectProvider({ server: client.connection.server, gitVersion: result.version }),
        };
      } finally {
        await client.close();
      }
    } catch (error) {
      return failedTest(error);
    }
  }

  /** A test that failed refuses the change under the code of what failed; the whole test goes along. */
  function demand(test: ConnectionTest, force: boolean | undefined): void {
    const failed = test.steps.find((step) => !step.ok);
    if (test.ok || force || !failed) return;
    const code = testFailureCodes.find((known) => known === failed.code) ?? 'cluster_unreachable';
    throw appError(code, failed.hint ? `${failed.message} ${failed.hint}` : failed.message, { extra: { test } });
  }

  type Insertion = {
    id: string;
    name: string;
    labels: Record<string, string>;
    access: StoredAccess;
    isDefault: boolean;
    impersonate: boolean;
    actor: string;
    accessType: ClusterRecord['accessType'];
  };

  /** The first cluster is the default, so that there always is one. */
  async function insert(
    tx: Transaction,
    { id, name, labels, access, isDefault, impersonate, actor, accessType }: Insertion,
  ): Promise<void> {
    const becomesDefault = isDefault || (await store.list(tx)).length === 0;
    if (becomesDefault) await store.clearDefault(tx);
    await store.insert(tx, {
      id,
      name,
      accessType,
      server: serverOf(access),
      labels,
      isDefault: becomesDefault,
      impersonate,
      sealedAccess: seal(id, access),
      at: clock.now(),
    });
    events.append(tx, { type: 'cluster.registered', subject: `cluster/${id}`, actor, data: { name } });
  }

  async function register(body: RegisterCluster, caller: Caller): Promise<Cluster> {
    const { principal } = caller;
    if (uuidLike.test(body.name))
      throw appError('invalid_input', 'A cluster name must not look like an id.', {
        details: [{ pointer: '/name', code: 'uuid', message: 'Choose a name that is not a UUID.' }],
      });
    if (directory.find(body.name)) throw appError('already_exists', `There is a cluster named ${body.name} already.`);
    const access = intake(body.access, body.allowPrivateAddress, principal);
    const id = uuid7(clock.now());
    if (access.type !== 'simulated') demand(await test(access, id), body.force);
    const { name, labels = {} } = body;
    await database.transaction(async (tx) => {
      const { type: accessType } = body.access;
      await insert(tx, {
        id,
        name,
        labels,
        access,
        accessType,
        isDefault: body.default === true,
        impersonate: body.impersonate === true,
        actor: actorOf(principal),
      });
      await note(tx, caller, {
        verb: 'cluster.register',
        name,
        details: { accessType, server: serverOf(access) },
      });
    });
    await directory.refresh();
    const record = await read(id);
    // The first look makes the cluster's state and facts known at once; the monitor takes over from there.
    await monitor.check(record).catch(() => {});
    return view(await read(id), principal);
  }

  async function update(nameOrId: string, body: UpdateCluster, caller: VersionedCaller): Promise<Cluster> {
    const { principal } = caller;
    const { id } = await directory.resolve(nameOrId);
    if (body.name !== undefined && uuidLike.test(body.name))
      throw appError('invalid_input', 'A cluster name must not look like an id.');
    await database.transaction(async (tx) => {
      const record = await store.lock(tx, id);
      if (!record) throw appError('not_found', 'There is nothing of that name, or nothing you may see.');
      checkVersion(caller.ifMatch, record, () => view(record, principal));
      if (body.default === false && record.isDefault)
        throw appError('invalid_input', 'There is always one default cluster. Make another one the default instead.', {
          details: [{ pointer: '/default', code: 'default', message: 'Make another cluster the default instead.' }],
        });
      if (body.default === true && !record.isDefault) await store.clearDefault(tx);
      await store.update(tx, id, {
        at: clock.now(),
        ...(body.name === undefined ? {} : { name: body.name }),
        ...(body.labels === undefined ? {} : { labels: body.labels }),
        ...(body.default === undefined ? {} : { isDefault: body.default }),
        ...(body.impersonate === undefined ? {} : { impersonate: body.impersonate }),
      });
      events.append(tx, {
        type: 'cluster.updated',
        subject: `cluster/${id}`,
        actor: actorOf(principal),
        generation: record.version + 1,
      });
      await note(tx, caller, { verb: 'cluster.update', name: record.name, details: { ...body } });
    });
    await directory.refresh();
    return view(await read(id), principal);
  }

  async function remove(nameOrId: string, caller: VersionedCaller): Promise<void> {
    const { id } = await directory.resolve(nameOrId);
    await database.transaction(async (tx) => {
      const record = await store.lock(tx, id);
      if (!record) throw appError('not_found', 'There is nothing of that name, or nothing you may see.');
      checkVersion(caller.ifMatch, record, () => view(record, caller.principal));
      await store.delete(tx, id);
      await roleBindings.deleteForCluster(tx, id, actorOf(caller.principal));
      const [next] = record.isDefault ? await store.list(tx) : [];
      if (next) await store.update(tx, next.id, { at: clock.now(), isDefault: true });
      events.append(tx, {
        type: 'cluster.removed',
        subject: `cluster/${id}`,
        actor: actorOf(caller.principal),
        data: { name: record.name },
      });
      await note(tx, caller, { verb: 'cluster.remove', name: record.name });
    });
    await directory.refresh();
  }

  async function rotate(nameOrId: string, body: RotateCredentials, caller: VersionedCaller): Promise<Cluster> {
    const { principal } = caller;
    const { id } = await directory.resolve(nameOrId);
    const before = await accessOf(id);
    const access = intake(body.access, body.allowPrivateAddress, principal);
    // An address that an administrator allowed stays allowed for the same server.
    if ('addresses' in access && 'addresses' in before && access.server === before.server)
      access.addresses = before.addresses;
    demand(await test(access, id), body.force);
    await database.transaction(async (tx) => {
      const record = await store.lock(tx, id);
      if (!record) throw appError('not_found', 'There is nothing of that name, or nothing you may see.');
      checkVersion(caller.ifMatch, record, () => view(record, principal));
      await store.update(tx, id, {
        at: clock.now(),
        accessType: body.access.type,
        server: serverOf(access),
        sealedAccess: seal(id, access),
      });
      events.append(tx, {
        type: 'cluster.credentialsRotated',
        subject: `cluster/${id}`,
        actor: actorOf(principal),
        generation: record.version + 1,
      });
      await note(tx, caller, {
        verb: 'cluster.rotateCredentials',
        name: record.name,
        details: { accessType: body.access.type },
      });
    });
    await directory.refresh();
    const record = await read(id);
    await monitor.check(record).catch(() => {});
    return view(await read(id), principal);
  }

  return {
    register,
    update,
    remove,
    rotate,
    accessOf,
    read: async (nameOrId: string, principal: Principal) => view(await read(nameOrId), principal),
    record: read,
    view,
    async testAccess(body: AccessToTest, principal: Principal): Promise<ConnectionTest> {
      const id = `test-${uuid7(clock.now())}`;
      try {
        return await test(intake(body.access, body.allowPrivateAddress, principal), id);
      } finally {
        await connector.forget(id);
      }
    },
    async testCluster(nameOrId: string): Promise<ConnectionTest> {
      const record = await read(nameOrId);
      const open = await connections.get(record.id).catch((error: unknown) => failedTest(error));
      if (!('client' in open)) return open;
      const result = await testConnection(open.client, undefined);
      await monitor.check(record);
      const provider = (await read(record.id)).facts?.provider;
      return provider ? { ...result, provider } : result;
    },
    /** Registers a simulated cluster where there is none, to look around with. */
    async ensureSimulated(name: string): Promise<void> {
      if (directory.all().some((entry) => entry.accessType === 'simulated' || entry.name === name)) return;
      const id = uuid7(clock.now());
      const access: StoredAccess = { type: 'simulated', profile: 'shop' };
      await database.transaction(async (tx) => {
        await database.dialect.advisoryLock(tx, 'pilothouse simulated cluster');
        if ((await store.list(tx)).some((record) => record.accessType === 'simulated')) return;
        await insert(tx, {
          id,
          name,
          labels: {},
          access,
          accessType: 'simulated',
          isDefault: false,
          impersonate: false,
          actor: 'system',
        });
      });
      await directory.refresh();
    },
    /** Keeps a refresh token that the identity provider rotated. */
    async keepRefreshToken(id: string, refreshToken: string): Promise<void> {
      await database.transaction(async (tx) => {
        const sealed = await store.sealedAccess(id, tx);
        if (sealed === undefined) return;
        const access = JSON.parse(sealer.openText(sealed, placeOf(id))) as StoredAccess;
        if (access.type !== 'oidc') return;
        await store.replaceSealedAccess(tx, id, seal(id, { ...access, oidc: { ...access.oidc, refreshToken } }));
      });
    },
  };
}
