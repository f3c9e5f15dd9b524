import { choose, type LogMoment, whole } from './log-style.ts';

const products = [
  'trail-runner-2',
  'canvas-tote',
  'merino-beanie',
  'field-jacket',
  'enamel-mug',
  'wool-socks',
  'desk-lamp',
  'rain-shell',
] as const;
const agents = [
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.2 Safari/605.1.15',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
  'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0',
  'okhttp/4.12.0',
  'kube-probe/1.33',
] as const;

export type ShopRequest = {
  method: string;
  path: string;
  status: number;
  bytes: number;
  milliseconds: number;
  agent: string;
  client: string;
};

/** One believable request to the shop. */
export function shopRequest({ chance }: LogMoment): ShopRequest {
  const agent = choose(chance, agents);
  const client = `${whole(chance, 23, 217)}.${whole(chance, 0, 255)}.${whole(chance, 0, 255)}.${whole(chance, 1, 254)}`;
  const milliseconds = Math.round(4 + 180 * chance() ** 4 + (chance() < 0.02 ? 900 * chance() : 0));
  if (agent.startsWith('kube-probe'))
    return { method: 'GET', path: '/healthz', status: 200, bytes: 2, milliseconds: 1, agent, client: '10.244.0.1' };
  const product = choose(chance, products);
  const [method, path] = choose<readonly [string, string]>(chance, [
    ['GET', '/'],
    ['GET', `/products/${product}`],
    ['GET', `/products/${product}`],
    ['GET', `/search?q=${product.split('-')[0]}`],
    ['GET', `/static/app.${product.length}f3c1.js`],
    ['GET', '/api/v1/cart'],
    ['POST', '/api/v1/cart/items'],
    ['POST', '/api/v1/checkout'],
    ['GET', `/api/v1/orders/${whole(chance, 100_000, 999_999)}`],
  ]);
  const dice = chance();
  const status =
    dice < 0.012
      ? choose(chance, [500, 502, 503])
      : dice < 0.05
        ? choose(chance, [404, 401, 429])
        : method === 'POST'
          ? 201
          : dice < 0.15
            ? 304
            : 200;
  return { method, path, status, bytes: status === 304 ? 0 : whole(chance, 180, 48_000), milliseconds, agent, client };
}
