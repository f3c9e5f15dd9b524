import { allRoutes, type Route } from '@pilothouse/contract';

type Schema = {
  type?: string;
  description?: string;
  enum?: unknown[];
  default?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
};

function permissionOf({ permission }: Route): string {
  if (!('noun' in permission)) return permission.level;
  const where = { platform: 'on the installation', cluster: 'on the cluster', filtered: 'answers what you may see' }[
    permission.level
  ];
  return `\`${permission.verb} ${permission.noun}\` ${where}`;
}

function parameters(route: Route): string[] {
  const query = (route.query as Schema | undefined)?.properties ?? {};
  return Object.entries(query).map(([name, schema]) => {
    const values = schema.enum ? ` One of ${schema.enum.map((value) => `\`${value}\``).join(', ')}.` : '';
    return `  - \`${name}\`${schema.description ? `: ${schema.description}` : ''}${values}`;
  });
}

/** docs/reference/api.md, from the table of routes in packages/contract. */
export function apiReference(): string {
  const lines = [
    '# API',
    '',
    'Every operation, from the contract (`packages/contract`). The server publishes the same as OpenAPI 3.1 at `/api/openapi.json`, with an explorer at',
    '`/api/docs`. Send `Authorization: Bearer <token>`: a personal token, or the access token of a session.',
  ];
  for (const tag of new Set(allRoutes.map((route) => route.tag))) {
    lines.push('', `## ${tag[0]?.toUpperCase()}${tag.slice(1)}`, '');
    for (const route of allRoutes.filter((each) => each.tag === tag)) {
      lines.push(
        `- **\`${route.method} ${route.path}\`** ${route.summary}. _${permissionOf(route)}_${route.stream ? ` (${route.stream.toUpperCase()} stream)` : ''}`,
      );
      if (route.description) lines.push(`  ${route.description}`);
      lines.push(...parameters(route));
    }
  }
  return `${lines.join('\n')}\n`;
}
