import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router';
import { texts } from '../texts.ts';
import { AppShell } from './AppShell.tsx';
import { session } from './api.ts';
import { PageError, PageMissing } from './PageError.tsx';
import { PagePending } from './PagePending.tsx';
import { parseSearch, stringifySearch, textParams } from './search-params.ts';

const scopeParams = ['clusters', 'ns'] as const;

const rootRoute = createRootRouteWithContext<Record<never, never>>()({
  validateSearch: (search: Record<string, unknown>) => textParams(search, scopeParams),
  search: { middlewares: [retainSearchParams(['clusters', 'ns'])] },
  notFoundComponent: PageMissing,
  errorComponent: PageError,
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  component: lazyRouteComponent(() => import('../features/setup/SetupPage.tsx'), 'SetupPage'),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>) => textParams(search, ['next']),
  component: lazyRouteComponent(() => import('../features/sign-in/SignInPage.tsx'), 'SignInPage'),
});

const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'app',
  component: AppShell,
  notFoundComponent: PageMissing,
  errorComponent: PageError,
  beforeLoad: async ({ location }) => {
    const state = await session.ready();
    if (state.status !== 'signed-in')
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } });
  },
});

const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/',
  component: lazyRouteComponent(() => import('../features/home/HomePage.tsx'), 'HomePage'),
});

const resourcesIndexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/resources',
  beforeLoad: () => {
    throw redirect({ to: '/resources/$resource', params: { resource: 'pods' } });
  },
});

export const listParams = ['q', 'labels', 'fields', 'health', 'sort', 'owner', 'object', 'tab'] as const;

const resourcesRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/resources/$resource',
  validateSearch: (search: Record<string, unknown>) => textParams(search, listParams),
  component: lazyRouteComponent(() => import('../features/resources/ResourcesPage.tsx'), 'ResourcesPage'),
});

const objectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/resources/$resource/$cluster/$namespace/$name',
  validateSearch: (search: Record<string, unknown>) => textParams(search, ['tab']),
  component: lazyRouteComponent(() => import('../features/object/ObjectPage.tsx'), 'ObjectPage'),
});

const eventsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/events',
  validateSearch: (search: Record<string, unknown>) => textParams(search, ['q', 'type']),
  component: lazyRouteComponent(() => import('../features/events/EventsPage.tsx'), 'EventsPage'),
});

const clustersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/clusters',
  validateSearch: (search: Record<string, unknown>) => textParams(search, ['q', 'register']),
  component: lazyRouteComponent(() => import('../features/clusters/ClustersPage.tsx'), 'ClustersPage'),
});

const clusterRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/clusters/$cluster',
  validateSearch: (search: Record<string, unknown>) => textParams(search, ['tab']),
  component: lazyRouteComponent(() => import('../features/clusters/ClusterPage.tsx'), 'ClusterPage'),
});

const settingsIndexRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings',
  beforeLoad: () => {
    throw redirect({ to: '/settings/$section', params: { section: 'profile' } });
  },
});

const settingsRoute = createRoute({
  getParentRoute: () => appRoute,
  path: '/settings/$section',
  validateSearch: (search: Record<string, unknown>) => textParams(search, ['q', 'verb', 'cluster']),
  component: lazyRouteComponent(() => import('../features/settings/SettingsPage.tsx'), 'SettingsPage'),
});

const missingRoute = createRoute({ getParentRoute: () => appRoute, path: '$', component: PageMissing });

const routeTree = rootRoute.addChildren([
  setupRoute,
  signInRoute,
  appRoute.addChildren([
    homeRoute,
    resourcesIndexRoute,
    resourcesRoute,
    objectRoute,
    eventsRoute,
    clustersRoute,
    clusterRoute,
    settingsIndexRoute,
    settingsRoute,
    missingRoute,
  ]),
]);

export const router = createRouter({
  routeTree,
  parseSearch,
  stringifySearch,
  context: {},
  defaultPendingComponent: PagePending,
  defaultPendingMs: 300,
  defaultPreload: 'intent',
  scrollRestoration: false,
});

/** Signed out here or in another tab: nothing of this person stays on the screen. */
session.subscribe(() => {
  const { pathname, href } = router.state.location;
  if (session.current().status !== 'signed-out' || pathname === '/sign-in' || pathname === '/setup') return;
  void router.navigate({ to: '/sign-in', search: href === '/' ? {} : { next: href } });
});

router.subscribe('onResolved', ({ toLocation }) => {
  document.title = texts.pageTitle(toLocation.pathname);
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
