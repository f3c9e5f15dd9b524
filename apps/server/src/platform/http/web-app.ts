import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { acceptedEncodings } from './compression.ts';
import { pageHeaders } from './security-headers.ts';
import { matches } from './send-json.ts';

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

type Encoding = 'br' | 'gzip';
type WebFile = {
  path: string;
  type: string;
  cacheControl: string;
  isPage: boolean;
  read?: Promise<ReadFile>;
  encoded: Map<Encoding, Promise<Buffer>>;
};
type ReadFile = { body: Buffer; etag: string };

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};
const compressible = /^(text\/|application\/|image\/svg)/;

/**
 * Serves the built web app. Only files found in the folder at the start have an address, so no path leads anywhere else. Files with a hash in
 * their name are kept by browsers for ever; every other address that is no file is a view of the app and gets its page.
 */
export function createWebApp(folder: string): (request: FastifyRequest, reply: FastifyReply) => Promise<boolean> {
  const files = findFiles(folder);
  return async (request, reply) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return false;
    const path = decodedPath(request.url);
    if (path === undefined || /^\/(api|ws)(\/|$)/.test(path)) return false;
    const file = files.get(path) ?? (path.startsWith('/assets/') ? undefined : files.get('/index.html'));
    if (!file) return false;
    await sendFile(file, request, reply);
    return true;
  };
}

function findFiles(folder: string): Map<string, WebFile> {
  const files = new Map<string, WebFile>();
  if (!existsSync(folder)) return files;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const address = `/${relative(folder, path).split(sep).join('/')}`;
    const type = types[extname(path)] ?? 'application/octet-stream';
    const cacheControl = address.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    files.set(address, { path, type, cacheControl, isPage: type.startsWith('text/html'), encoded: new Map() });
  }
  return files;
}

async function sendFile(file: WebFile, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  file.read ??= Promise.resolve().then(() => {
    const body = readFileSync(file.path);
    return { body, etag: hash('sha1', body, 'base64url') };
  });
  const { body, etag: version } = await file.read;
  const encoding = compressible.test(file.type) ? chooseEncoding(request) : undefined;
  const etag = `"${version}${encoding ? `-${encoding}` : ''}"`;
  reply
    .headers({ 'cache-control': file.cacheControl, etag, vary: 'accept-encoding', ...(file.isPage ? pageHeaders : {}) })
    .type(file.type);
  if (matches(request.headers['if-none-match'], etag)) return void reply.code(304).send();
  if (encoding) reply.header('content-encoding', encoding);
  const answer = encoding ? await encoded(file, body, encoding) : body;
  reply.header('content-length', answer.length).code(200);
  // Sent by hand for HEAD: the length is that of the body it would have.
  await reply.send(request.method === 'HEAD' ? undefined : answer);
}

function chooseEncoding(request: FastifyRequest): Encoding | undefined {
  const header = request.headers['accept-encoding'];
  const accepted = acceptedEncodings(Array.isArray(header) ? header.join(',') : (header ?? ''));
  return accepted.has('br') ? 'br' : accepted.has('gzip') ? 'gzip' : undefined;
}

/** Compressed once, as well as can be, and kept. */
function encoded(file: WebFile, body: Buffer, encoding: Encoding): Promise<Buffer> {
  const known = file.encoded.get(encoding);
  if (known !== undefined) return known;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: body.length } };
  const made = encoding === 'br' ? brotli(body, quality) : gzipped(body, { level: 9 });
  file.encoded.set(encoding, made);
  return made;
}

function decodedPath(url: string): string | undefined {
  try {
    return decodeURIComponent(url.split('?')[0] ?? '');
  } catch {
    return undefined;
  }
}
