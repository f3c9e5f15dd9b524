import { usageError } from './usage-error.ts';

/** The origin of a server as it is remembered: `example.com` is https, a loopback address http. */
export function serverUrl(text: string): string {
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `${isLoopback(text) ? 'http' : 'https'}://${text}`;
  const url = URL.parse(withScheme);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '')
    throw usageError(`"${text}" is not the address of a server.`, 'write it like https://pilothouse.example.com');
  if (url.username || url.password) throw usageError('The server’s address must not hold a user name or password.');
  if (url.pathname !== '/' || url.search || url.hash)
    throw usageError(`The server’s address is an origin without a path: ${url.origin}`);
  return url.origin;
}

function isLoopback(text: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?\/?$/i.test(text);
}
