import { describe, expect, it } from 'vitest';
import { nouns, verbs } from './permission.ts';
import { allRoutes } from './routes.ts';

describe('the table of routes', () => {
  it('has unique ids and unique method and path', () => {
    expect(new Set(allRoutes.map((route) => route.id)).size).toBe(allRoutes.length);
    const shapes = allRoutes.map((route) => `${route.method} ${route.path.replace(/:\w+/g, ':')}`);
    expect(shapes.toSorted()).toEqual([...new Set(shapes)].toSorted());
  });

  it.each(allRoutes.map((route) => [route.id, route] as const))(
    '%s declares a permission, its params and a summary',
    (_id, route) => {
      if ('noun' in route.permission) {
        expect(nouns).toContain(route.permission.noun);
        expect(verbs).toContain(route.permission.verb);
      }
      const named = [...route.path.matchAll(/:(\w+)/g)].map((match) => match[1]);
      expect(Object.keys(route.params?.properties ?? {}).toSorted()).toEqual(named.toSorted());
      if (route.permission.level === 'cluster') expect(named).toContain('cluster');
      expect(route.path).toMatch(/^\/api\/v1\//);
      expect(route.summary).not.toMatch(/\.$/);
    },
  );

  it('refuses unknown members in every request body that is one object', () => {
    for (const route of allRoutes) {
      const body = route.body as { type?: string; additionalProperties?: unknown } | undefined;
      if (body?.type === 'object') expect(body.additionalProperties, route.id).toBe(false);
    }
  });
});
