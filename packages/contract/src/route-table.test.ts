import { describe, expect, it } from 'vitest';
import type { Route } from './route.ts';
import { routeTable } from './route-table.ts';
import { routes } from './routes.ts';

function withoutSchemas(route: Route): object {
  const {
    params: _params,
    query: _query,
    body: _body,
    response: _response,
    description: _description,
    ...rest
  } = route;
  return JSON.parse(JSON.stringify(rest)) as object;
}

describe('the route table without schemas', () => {
  it('says the same as the routes (vitest -u writes it anew)', async () => {
    const lines = Object.entries(routes).map(([name, route]) => `  ${name}: ${JSON.stringify(withoutSchemas(route))},`);
    await expect(`${header}${lines.join('\n')}\n};\n`).toMatchFileSnapshot('./route-table.ts');
    expect(Object.keys(routeTable)).toEqual(Object.keys(routes));
  });
});

const header = `// Written by route-table.test.ts (vitest -u) from the routes. Do not edit.
// biome-ignore-all format: one route a line
// biome-ignore-all lint: generated
import type { routes } from './routes.ts';

/**
 * The routes without their schemas, under the same names and types: what a client needs to call them. Importing this loads no schema
 * library, which is most of what a command line tool would otherwise wait for at start.
 */
export const routeTable: typeof routes = {
`;
