import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { appError } from '@pilothouse/core';
import ipaddr from 'ipaddr.js';
import type { AddressPolicy } from '../kube-client.ts';

/** Ranges of ipaddr.js that a `public` policy refuses (RFC 6890). Private ranges stay allowed: that is where clusters live. */
const refusedRanges = new Set(['unspecified', 'broadcast', 'multicast', 'linkLocal', 'loopback', 'discard']);

/** Metadata services of clouds that answer outside the link-local range. */
const metadataAddresses = new Set([
  '100.100.100.200', // Alibaba Cloud
  '168.63.129.16', // Azure
  '192.0.0.192', // Oracle Cloud
  'fd00:ec2::254', // AWS over IPv6
  'fd20:ce::254', // Google Cloud over IPv6
]);

/** NAT64 (RFC 6052) and 6to4 (RFC 3056) carry an IPv4 address inside; the carried one is what counts. */
function embeddedIPv4(address: ipaddr.IPv6): ipaddr.IPv4 | undefined {
  if (address.isIPv4MappedAddress()) return address.toIPv4Address();
  const bytes = address.toByteArray();
  const range = address.range();
  if (range === 'rfc6052' || range === 'rfc6145') return new ipaddr.IPv4(bytes.slice(12, 16));
  if (range === '6to4') return new ipaddr.IPv4(bytes.slice(2, 6));
  // ::a.b.c.d, the deprecated IPv4-compatible form, which some stacks still route.
  if (bytes.slice(0, 12).every((byte) => byte === 0) && bytes.slice(12).some((byte) => byte > 1)) {
    return new ipaddr.IPv4(bytes.slice(12, 16));
  }
  return undefined;
}

/** Whether connecting to a literal address is allowed. Text that is no address is refused. */
export function isAddressAllowed(text: string, policy: AddressPolicy): boolean {
  if (policy === 'any') return true;
  if (!ipaddr.isValid(text)) return false;
  const parsed = ipaddr.parse(text);
  if (parsed instanceof ipaddr.IPv6) {
    const embedded = embeddedIPv4(parsed);
    if (embedded) return isAddressAllowed(embedded.toString(), policy);
  }
  return !refusedRanges.has(parsed.range()) && !metadataAddresses.has(parsed.toString());
}

/** Throws `address_refused` when the host is a literal address that the policy refuses. Names are checked when they resolve. */
export function checkLiteralHost(hostname: string, policy: AddressPolicy): void {
  const bare = hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
  if (isIP(bare) !== 0 && !isAddressAllowed(bare, policy)) throw addressRefused(bare, [bare]);
}

/**
 * A `lookup` for sockets that hands out only allowed addresses. The socket connects to exactly what was checked, so a name that
 * resolves differently a moment later gains nothing (DNS rebinding).
 */
export function checkedLookup(policy: AddressPolicy): LookupFunction {
  return (hostname, options: LookupOptions, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, '', 0);
      const allowed = addresses.filter(({ address }) => isAddressAllowed(address, policy));
      const first = allowed[0];
      if (!first) {
        return callback(
          addressRefused(
            hostname,
            addresses.map(({ address }) => address),
          ),
          '',
          0,
        );
      }
      if (options.all) return callback(null, allowed);
      return callback(null, first.address, first.family);
    });
  };
}

function addressRefused(host: string, addresses: readonly string[]): Error {
  const which = addresses.length === 1 && addresses[0] === host ? host : `${host} (${addresses.join(', ')})`;
  return appError(
    'address_refused',
    `The server address ${which} is a loopback, link-local, metadata or multicast address. An administrator can allow such addresses.`,
  );
}
