import { Problem, type Route } from '@pilothouse/contract';
import { errorCodes } from '@pilothouse/core';
import type { TObject, TSchema } from 'typebox';

type Json = Record<string, unknown>;

/** The OpenAPI 3.1 document of the contract. Its schemas are the very ones that requests are checked with. */
export function openApiDocument(routes: readonly Route[], { version }: { version: string }): Json {
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Pilothouse',
      version,
      description:
        'Every operation of the server. Send `Authorization: Bearer <token>`: a personal token, or the access token of a session. Failures are `application/problem+json` with a stable `code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map((route) => route.tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { Problem: schemaOf(Problem), ErrorCode: { type: 'string', enum: Object.keys(errorCodes) } },
      responses: {
        Problem: {
          description: 'What failed, and what to do next',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  };
}

function operationOf(route: Route): Json {
  const { permission } = route;
  const needs =
    'noun' in permission
      ? `Permission: \`${permission.noun}:${permission.verb}\` (${permission.level}).`
      : `Permission: ${permission.level}.`;
  return {
    operationId: route.id,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, needs].filter(Boolean).join('\n\n'),
    ...(permission.level === 'public' ? { security: [] } : {}),
    parameters: [...parametersOf(route.params, 'path'), ...parametersOf(route.query, 'query'), ...headersOf(route)],
    ...(route.body
      ? { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } } }
      : {}),
    responses: { [String(statusOf(route))]: answerOf(route), default: { $ref: '#/components/responses/Problem' } },
  };
}

function statusOf(route: Route): number {
  return route.status ?? (route.response || route.stream ? 200 : 204);
}

const streamTypes = { sse: 'text/event-stream', text: 'text/plain', ndjson: 'application/x-ndjson' } as const;

function answerOf({ response, stream }: Route): Json {
  if (!response && !stream) return { description: 'Done' };
  const mediaType = stream ? streamTypes[stream] : 'application/json';
  const description = stream === 'sse' ? 'A stream; the data of each event is' : stream ? 'A stream of lines' : 'Done';
  return { description, content: { [mediaType]: response ? { schema: schemaOf(response) } : {} } };
}

function parametersOf(schema: TObject | undefined, place: 'path' | 'query'): Json[] {
  if (!schema) return [];
  const required = new Set((schema as { required?: string[] }).required ?? []);
  return Object.entries(schema.properties as Record<string, TSchema>).map(([name, property]) => {
    const { description, ...rest } = schemaOf(property);
    return {
      name,
      in: place,
      required: place === 'path' || required.has(name),
      ...(description ? { description } : {}),
      schema: rest,
    };
  });
}

function headersOf(route: Route): Json[] {
  const text = { type: 'string' };
  if (route.stream === 'sse')
    return [
      {
        name: 'Last-Event-ID',
        in: 'header',
        description: 'The id of the last event received, to go on from.',
        schema: text,
      },
    ];
  if (route.method !== 'POST' || route.permission.level === 'public') return [];
  return [
    {
      name: 'Idempotency-Key',
      in: 'header',
      description: 'Repeat a request with the same key safely: it is carried out once.',
      schema: { ...text, maxLength: 200 },
    },
  ];
}

/** TypeBox schemas are JSON Schema already; this takes off what TypeBox marks them with. */
function schemaOf(schema: TSchema): Json {
  return JSON.parse(JSON.stringify(schema)) as Json;
}
