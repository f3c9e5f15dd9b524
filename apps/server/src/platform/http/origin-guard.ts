import { isIP } from 'node:net';
import { appError } from '@pilothouse/core';

export type OriginGuardOptions = {
  /** Loopback names only. */
  local: boolean;
  allowedHosts: readonly string[];
  publicUrl?: string | undefined;
};

/**
 * Keeps pages of other sites away, also those that point a name of their own at this server (DNS rebinding): the Host must be a name this
 * server answers to, and an Origin must be this server itself. Throws `origin_refused`.
 */
export type OriginGuard = {
  checkHost(host: string | undefined): void;
  /** `undefined` passes: only browsers send an Origin, and they always do where it matters. */
  checkOrigin(origin: string | undefined, host: string | undefined): void;
};

export function createOriginGuard({ local, allowedHosts, publicUrl }: OriginGuardOptions): OriginGuard {
  const publicHost = publicUrl ? new URL(publicUrl).host : undefined;
  const names = new Set(allowedHosts.filter((name) => !name.startsWith('.')).map((name) => name.toLowerCase()));
  const suffixes = allowedHosts.filter((name) => name.startsWith('.')).map((name) => name.toLowerCase());
  if (publicUrl) names.add(new URL(publicUrl).hostname);
  /** Few hosts are ever asked for, and the answer for one does not change. */
  const known = new Map<string, boolean>();

  function answersTo(host: string): boolean {
    const name = hostName(host);
    if (name === undefined) return false;
    if (isLoopbackName(name) || names.has(name)) return true;
    if (suffixes.some((suffix) => name.endsWith(suffix))) return true;
    // An address cannot be pointed elsewhere by whoever owns a name.
    return !local && isIP(name) !== 0;
  }

  function isAllowedHost(host: string): boolean {
    const answer = known.get(host) ?? answersTo(host);
    if (known.size < 1000) known.set(host, answer);
    return answer;
  }

  return {
    checkHost(host) {
      if (host === undefined || !isAllowedHost(host))
        throw appError(
          'origin_refused',
          `This server does not answer to the name ${JSON.stringify(host ?? '')}. Add it to allowedHosts if it should.`,
        );
    },
    checkOrigin(origin, host) {
      if (origin === undefined) return;
      const from = URL.canParse(origin) ? new URL(origin) : undefined;
      const isOurs =
        from &&
        (from.protocol === 'https:' || from.protocol === 'http:') &&
        (from.host === host?.toLowerCase() || from.host === publicHost);
      if (!isOurs) throw appError('origin_refused', `Requests from pages of ${JSON.stringify(origin)} are refused.`);
    },
  };
}

/** The name in a Host header, without port and brackets; undefined when it is none. */
function hostName(host: string): string | undefined {
  if (!/^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.test(host)) return undefined;
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname.replace(/^\[|\]$/g, '') : undefined;
}

function isLoopbackName(name: string): boolean {
  return (
    name === 'localhost' ||
    name.endsWith('.localhost') ||
    name === '::1' ||
    (isIP(name) === 4 && name.startsWith('127.'))
  );
}
