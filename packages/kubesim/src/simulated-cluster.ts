import { type Clock, type Logger, silentLogger, systemClock } from '@pilothouse/core';
import { createAccess } from './access/access.ts';
import { type ServingCertificate, selfSignedCertificate } from './access/self-signed-certificate.ts';
import type { SimulatedUser } from './access/simulated-user.ts';
import { createApiRoutes } from './api/api-routes.ts';
import { createApiServer } from './api/api-server.ts';
import { groupVersions } from './api/discovery.ts';
import { createManagedFields } from './apply/managed-fields.ts';
import { builtinResources } from './catalogue/builtin-resources.ts';
import { createResourceCatalogue } from './catalogue/resource-catalogue.ts';
import { createControllers } from './controllers/controllers.ts';
import { createFaultSwitch, type FaultSwitch } from './faults/fault-switch.ts';
import type { ObjectStorePort } from './object-store-port.ts';
import type { PodRuntimePort } from './pod-runtime-port.ts';
import { seedCluster } from './rules/cluster-seed.ts';
import { createDefinitionController } from './rules/definition-controller.ts';
import { createGarbageCollector } from './rules/garbage-collector.ts';
import { createNamespaceTerminator } from './rules/namespace-terminator.ts';
import { createObjectRules } from './rules/object-rules.ts';
import { createObjectWriter } from './rules/object-writer.ts';
import { createContainerProcesses } from './runtime/container-processes.ts';
import { createPodRuntime } from './runtime/pod-runtime.ts';
import { createDatabase } from './storage/database.ts';
import { createStorePort } from './storage/store-port.ts';

export type SimulatedClusterOptions = {
  clock?: Clock;
  logger?: Logger;
  /** Whether controllers, scheduler and kubelets act while it listens (default). Without them objects only change by requests. */
  controllers?: boolean;
  /** What runs in pods: logs, exec, usage (default: the simulated runtime). */
  runtime?: PodRuntimePort;
  /** Tokens that are accepted. With none, every request is an administrator's. */
  users?: readonly SimulatedUser[];
  /** Serve HTTPS, with this certificate (PEM) or a fresh self-signed one. kubectl sends tokens over HTTPS only. */
  tls?: true | ServingCertificate;
  /** How far back a watch can resume, per resource (default 20,000 changes and 64 MB). */
  window?: { maxEvents: number; maxBytes: number };
  /** Between bookmarks (default 60 s). */
  bookmarkMilliseconds?: number;
  /** JSON bytes of objects kept parsed (default 16 MB). */
  cacheBytes?: number;
};

export type SimulatedCluster = {
  /** `http://127.0.0.1:PORT`; empty before `listen`. */
  readonly url: string;
  readonly store: ObjectStorePort;
  readonly faults: FaultSwitch;
  /** Objects held now. */
  readonly size: number;
  /** Listens on loopback; port 0 picks a free one. Resolves with the address. */
  listen(port?: number): Promise<string>;
  close(): Promise<void>;
  /** A kubeconfig (YAML) for the first user, or the named one. */
  kubeconfig(user?: string): string;
  /** Makes every earlier resourceVersion too old: the next resume or page gets 410. */
  compact(): void;
  /** Breaks every open watch. */
  dropWatches(): void;
};

/** A Kubernetes API server over real HTTP with everything it holds in memory. Nothing outlives `close`. */
export function createSimulatedCluster(options: SimulatedClusterOptions = {}): SimulatedCluster {
  const clock = options.clock ?? systemClock;
  const logger = options.logger ?? silentLogger;
  const database = createDatabase({
    window: options.window ?? { maxEvents: 20_000, maxBytes: 64 * 1024 * 1024 },
    cacheBytes: options.cacheBytes ?? 16 * 1024 * 1024,
  });
  const catalogue = createResourceCatalogue(builtinResources());
  const rules = createObjectRules({
    now: () => clock.now(),
    find(name, key) {
      const resource = catalogue.byName(name);
      const stored = database.collection(name).get(key);
      return resource === undefined || stored === undefined ? undefined : database.read(resource, stored);
    },
  });
  const writer = createObjectWriter({ database, clock, rules, managedFields: createManagedFields() });
  const store = createStorePort({ database, catalogue, writer, clock, logger });
  const faults = createFaultSwitch();
  const access = createAccess(options.users ?? []);
  const processes = createContainerProcesses({ clock, store: () => store });
  const runtime = options.runtime ?? createPodRuntime({ clock, store: () => store, processes });
  const collectors = [
    createGarbageCollector({ database, catalogue, writer, logger }),
    createNamespaceTerminator({ database, catalogue, writer, logger }),
    createDefinitionController({ database, catalogue, writer, clock, logger }),
  ];
  const tls = options.tls === true ? selfSignedCertificate({ now: clock.now() }) : options.tls;
  let url = '';
  const routes = createApiRoutes({
    database,
    catalogue,
    writer,
    clock,
    faults,
    access,
    store,
    runtime,
    bookmarkMilliseconds: options.bookmarkMilliseconds ?? 60_000,
    address: () => url.replace(/^https?:\/\//, ''),
  });
  const server = createApiServer({
    faults,
    logger,
    tls,
    authenticate: access.authenticate,
    authorize: routes.authorize,
    route: routes.route,
    upgrade: routes.upgrade,
  });
  seedCluster(store, groupVersions(catalogue));
  const controllers =
    options.controllers === false ? undefined : createControllers({ store, clock, logger, processes });
  const stopping = new AbortController();
  let running: Promise<void> | undefined;

  return {
    get url() {
      return url;
    },
    get size() {
      return database.size;
    },
    store,
    faults,
    async listen(port = 0) {
      const bound = await server.listen(port, '127.0.0.1');
      url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${bound}`;
      running ??= controllers?.service.run(stopping.signal, () => undefined);
      return url;
    },
    async close() {
      stopping.abort();
      for (const collector of collectors) collector.stop();
      await server.close();
      await running;
    },
    kubeconfig: (user) => access.kubeconfig({ url, certificate: tls?.certificate, user }),
    compact: () => database.compact(),
    dropWatches: routes.dropWatches,
  };
}
