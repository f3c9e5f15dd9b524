import { BlockList, isIP } from 'node:net';
import type { ErrorDetail } from '@pilothouse/core';
import { Errors } from 'typebox/value';
import { configSchema, type ServerConfig } from './config-schema.ts';

type NameOf = (key: string) => string;

/** Everything that is wrong with a configuration: first by its schema, then where keys contradict each other. */
export function faultsOf(values: Record<string, unknown>, nameOf: NameOf): ErrorDetail[] {
  const faults = schemaFaults(values, nameOf);
  return faults.length > 0 ? faults : contradictions(values as ServerConfig, nameOf);
}

function schemaFaults(values: Record<string, unknown>, nameOf: NameOf): ErrorDetail[] {
  return Errors(configSchema, values)
    .filter((error) => error.instancePath !== '')
    .map((error) => {
      const [key = '', position] = error.instancePath.slice(1).split('/');
      const which = position === undefined ? '' : `[${position}]`;
      const allowed =
        error.keyword === 'enum' ? `: ${(error.params as { allowedValues: string[] }).allowedValues.join(', ')}` : '';
      return { pointer: `${nameOf(key)}${which}`, code: error.keyword, message: `${error.message}${allowed}` };
    });
}

function contradictions(config: ServerConfig, nameOf: NameOf): ErrorDetail[] {
  const faults: ErrorDetail[] = [];
  const add = (key: string, code: string, message: string) => faults.push({ pointer: nameOf(key), code, message });
  if (config.local && !isLoopback(config.host))
    add('host', 'not_loopback', `must be a loopback address in local mode, not ${config.host}`);
  if (Boolean(config.tlsCertificate) !== Boolean(config.tlsKey))
    add(
      config.tlsCertificate ? 'tlsCertificate' : 'tlsKey',
      'incomplete',
      'is only half of the pair tlsCertificate and tlsKey',
    );
  if (config.adminPasswordFile && !config.adminEmail) add('adminPasswordFile', 'incomplete', 'needs adminEmail too');
  if (config.adminTokenFile && !config.adminEmail && !config.local)
    add('adminTokenFile', 'incomplete', 'needs adminEmail too');
  if (!config.databaseUrl && config.roles.length < serverRoleCount)
    add('roles', 'needs_postgres', 'can be split only with PostgreSQL (databaseUrl): SQLite belongs to one process');
  for (const network of config.trustedProxies)
    if (!isNetwork(network)) add('trustedProxies', 'network', `${network} is no address or network (CIDR)`);
  for (const key of config.sealKeys)
    if (!isSealKey(key)) add('sealKeys', 'seal_key', 'must be `id:base64 of 32 bytes`, several separated by commas');
  return faults;
}

const serverRoleCount = 2;

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more.length > 0) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
}

/** A list of networks to test addresses against; the configuration has checked their form. */
export function networkList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

function isSealKey(text: string): boolean {
  const [, base64] = /^[\w-]{1,32}:([A-Za-z0-9+/_-]+={0,2})$/.exec(text) ?? [];
  return base64 !== undefined && Buffer.from(base64, 'base64').length === 32;
}
