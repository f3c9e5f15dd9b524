import type { Clock, Logger } from '@pilothouse/core';
import type { ServerModule } from '../../platform/module.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { ClusterConnections } from '../clusters/cluster-connections.ts';
import type { ClusterDirectory } from '../clusters/cluster-directory.ts';
import type { Authorizer } from '../identity/authorizer.ts';
import { type ClusterScopes, createClusterScopes } from './cluster-scopes.ts';
import { createObjectReader } from './object-reader.ts';
import { createResourceLister } from './resource-list.ts';
import { createResourceRoutes } from './resource-routes.ts';
import { createSourceOpener, type SourceOpener } from './resource-sources.ts';
import { createResourceStream } from './resource-stream.ts';
import { createResourceTables } from './table/resource-tables.ts';
import { createTableFeeds } from './table-feeds.ts';
import { createWatchEndpoint } from './watch-socket.ts';

export type ResourcesModuleDeps = {
  directory: ClusterDirectory;
  connections: ClusterConnections;
  authorizer: Authorizer;
  audit: AuditLog;
  clock: Clock;
  log: Logger;
};

export type ResourcesModule = ServerModule & {
  /** What other modules read tables through. */
  readonly scopes: ClusterScopes;
  readonly opener: SourceOpener;
};

export function createResourcesModule(deps: ResourcesModuleDeps): ResourcesModule {
  const { directory, connections, authorizer, audit, clock } = deps;
  const log = deps.log.with({ module: 'resources' });
  const tables = createResourceTables({ clock, log });
  const opener = createSourceOpener({ connect: (clusterId) => connections.get(clusterId), tables, clock });
  const scopes = createClusterScopes({ directory, authorizer });
  const feeds = createTableFeeds({ opener });
  connections.onDropped((clusterId) => {
    feeds.end('The cluster was changed or removed', clusterId);
    tables.drop(clusterId);
  });

  return {
    name: 'resources',
    scopes,
    opener,
    routes: createResourceRoutes({
      directory,
      connections,
      authorizer,
      audit,
      scopes,
      opener,
      list: createResourceLister(opener),
      stream: createResourceStream({ scopes, feeds }),
      reader: createObjectReader({ connections, tables, clock }),
      clock,
    }),
    webSockets: [createWatchEndpoint({ scopes, feeds })],
    services: [
      {
        name: 'resource-tables',
        async run(signal, ready) {
          ready();
          await new Promise<void>((resolve) => {
            if (signal.aborted) resolve();
            else signal.addEventListener('abort', () => resolve(), { once: true });
          });
          feeds.end('The server is stopping');
          tables.close();
        },
      },
    ],
  };
}
