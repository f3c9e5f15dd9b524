import { clusterRoutes } from './clusters.ts';
import { identityRoutes } from './identity.ts';
import { resourceRoutes } from './resources.ts';
import type { Route } from './route.ts';
import { streamRoutes } from './streams.ts';

/** Every operation of the API by a short name. */
export const routes = { ...identityRoutes, ...clusterRoutes, ...resourceRoutes, ...streamRoutes };

export const allRoutes: readonly Route[] = Object.values(routes);
