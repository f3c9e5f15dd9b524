import { createServer } from 'node:https';
import { createAuthority } from '../../../packages/kube/test/support/certificates.ts';
import { realisticPods } from './realistic-pods.ts';

/** An API server reduced to one list of pods, paged or whole, and a watch that stays open; everything is serialised beforehand. */
const count = Number(process.argv[2] ?? 10_000);
const items = realisticPods(count).map((pod) => Buffer.from(JSON.stringify(pod)));
const comma = Buffer.from(',');
const version = String(2_000_000);

function page(from: number, to: number): Buffer {
  const rest = count - to;
  const next = rest > 0 ? `,"continue":"${to}","remainingItemCount":${rest}` : '';
  const head = `{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"${version}"${next}},"items":[`;
  const body = items.slice(from, to).flatMap((item, index) => (index === 0 ? [item] : [comma, item]));
  return Buffer.concat([Buffer.from(head), ...body, Buffer.from(']}\n')]);
}

const pages = new Map<string, Buffer>();
const authority = createAuthority();
const { certificate, key } = authority.issue();
const server = createServer({ cert: certificate, key }, (request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://server');
  response.setHeader('content-type', 'application/json');
  if (searchParams.get('watch')) return response.flushHeaders();
  const from = Number(searchParams.get('continue') ?? 0);
  const to = Math.min(count, from + Number(searchParams.get('limit') ?? count));
  const name = `${from}-${to}`;
  const body = pages.get(name) ?? page(from, to);
  pages.set(name, body);
  response.setHeader('content-length', body.length);
  return response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const megabytes = items.reduce((total, item) => total + item.length, 0) / 1e6;
  process.send?.({ port, megabytes, authority: authority.certificate });
});
process.once('disconnect', () => process.exit(0));
