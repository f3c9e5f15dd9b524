import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Route } from '@pilothouse/contract';
import { appError } from '@pilothouse/core';
import type { FastifyInstance } from 'fastify';
import { openApiDocument } from './openapi.ts';
import { pageHeaders } from './security-headers.ts';

const assets: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'favicon-32x32.png': 'image/png',
};

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Pilothouse API</title>
    <link rel="icon" href="/api/docs/favicon-32x32.png" />
    <link rel="stylesheet" href="/api/docs/swagger-ui.css" />
    <script src="/api/docs/swagger-ui-bundle.js" defer></script>
    <script src="/api/docs/start.js" defer></script>
  </head>
  <body><div id="explorer"></div></body>
</html>
`;

const script = `window.addEventListener('DOMContentLoaded', () =>
  SwaggerUIBundle({ url: '/api/openapi.json', dom_id: '#explorer', deepLinking: true, docExpansion: 'none', tryItOutEnabled: true, validatorUrl: null }),
);
`;

/** `/api/openapi.json` and an explorer at `/api/docs`, all from this server. What they need is made when first asked for. */
export function mountApiExplorer(app: FastifyInstance, options: { routes: readonly Route[]; version: string }): void {
  const config = { permission: { level: 'public' }, unlimited: true } as const;
  let document: string | undefined;
  app.get('/api/openapi.json', { config }, (_, reply) => {
    document ??= JSON.stringify(openApiDocument(options.routes, options));
    return reply.header('cache-control', 'no-cache').type('application/json; charset=utf-8').send(document);
  });
  app.get('/api/docs', { config }, (_, reply) =>
    reply.headers(pageHeaders).type('text/html; charset=utf-8').send(page),
  );
  app.get<{ Params: { file: string } }>('/api/docs/:file', { config }, (request, reply) => {
    const { file } = request.params;
    if (file === 'start.js') return reply.type('text/javascript; charset=utf-8').send(script);
    const type = Object.hasOwn(assets, file) ? assets[file] : undefined;
    const path = join(assetFolder(), file);
    if (!type || !existsSync(path)) throw appError('not_found', 'The API explorer has no such file.');
    return reply.header('cache-control', 'public, max-age=86400').type(type).send(readFileSync(path));
  });
}

function assetFolder(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@fastify/swagger-ui'))), 'static');
}
