import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { networkList } from '../config/config-faults.ts';

/** The address a request comes from: the last one in X-Forwarded-For that no trusted proxy has. Without trusted proxies the peer's own. */
export function createClientAddress(trustedProxies: readonly string[]): (request: IncomingMessage) => string {
  const proxies = networkList(trustedProxies);
  const isTrusted = (address: string) =>
    isIP(address) !== 0 && proxies.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return (request) => {
    let address = request.socket.remoteAddress ?? '';
    const forwarded = [request.headers['x-forwarded-for'] ?? []]
      .flat()
      .join(',')
      .split(',')
      .map((each) => each.trim());
    while (isTrusted(address)) {
      const next = forwarded.pop();
      if (next === undefined || isIP(next) === 0) break;
      address = next;
    }
    return address;
  };
}
