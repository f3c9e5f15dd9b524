import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { appError, type ErrorDetail, messageOf } from '@pilothouse/core';
import { faultsOf } from './config-faults.ts';
import { type ConfigKey, configSchema, environmentName, flagName, type ServerConfig } from './config-schema.ts';

export type ConfigSources = {
  /** Without the program's own name. */
  argv: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  readFile(path: string): string;
};

type Values = Record<string, unknown>;
/** Where each value came from, to name it in a fault as the person wrote it. */
type Origins = Map<string, string>;

const aliases: Readonly<Record<string, ConfigKey>> = { DATABASE_URL: 'databaseUrl', PILOTHOUSE_SEAL_KEY: 'sealKeys' };

/**
 * Reads the configuration: file < environment < flags. Throws `invalid_config` with every fault there is; a bad value is never replaced by
 * a default. Gives the words that are no flags (the command) too.
 */
export async function parseConfig(sources: ConfigSources): Promise<{ config: ServerConfig; words: string[] }> {
  const faults: ErrorDetail[] = [];
  const origins: Origins = new Map();
  const { flags, words } = readFlags(sources.argv, origins, faults);
  const environment = readEnvironment(sources.env, origins);
  const path = flags.config ?? sources.env.PILOTHOUSE_CONFIG;
  const file = typeof path === 'string' ? await readConfigFile(path, sources, faults) : {};
  delete flags.config;

  const values: Values = {};
  for (const [key, schema] of Object.entries(configSchema.properties)) {
    const fallback = 'default' in schema ? structuredClone(schema.default) : undefined;
    const value = flags[key] ?? environment[key] ?? file[key] ?? fallback;
    if (value !== undefined) values[key] = value;
  }
  for (const key of Object.keys(file))
    if (!(key in configSchema.properties))
      faults.push(fault(`${path}: ${key}`, 'unknown', 'is no key of the configuration'));
  values.data = absoluteFolder(values.data);
  faults.push(...faultsOf(values, (key) => origins.get(key) ?? (key in file ? `${path}: ${key}` : key)));
  if (faults.length > 0) {
    const list = faults.map(({ pointer, message }) => `  ${pointer} ${message}`).join('\n');
    throw appError(
      'invalid_config',
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${list}`,
      { details: faults },
    );
  }
  return { config: values as ServerConfig, words };
}

function fault(pointer: string, code: string, message: string): ErrorDetail {
  return { pointer, code, message };
}

function readEnvironment(env: ConfigSources['env'], origins: Origins): Values {
  const values: Values = {};
  const names = new Map<string, string>(Object.entries(aliases));
  for (const key of Object.keys(configSchema.properties)) names.set(environmentName(key), key);
  for (const [name, key] of names) {
    const text = env[name];
    if (text === undefined || text === '') continue;
    values[key] = convert(key, text);
    if (!origins.has(key)) origins.set(key, name);
  }
  return values;
}

function readFlags(
  argv: readonly string[],
  origins: Origins,
  faults: ErrorDetail[],
): { flags: Values; words: string[] } {
  const keys = new Map(Object.keys(configSchema.properties).map((key) => [flagName(key), key]));
  keys.set('--config', 'config');
  const flags: Values = {};
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    if (!argument.startsWith('--')) {
      words.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const name = equals < 0 ? argument : argument.slice(0, equals);
    const key = keys.get(name);
    if (!key) {
      faults.push(fault(name, 'unknown', 'is no flag'));
      continue;
    }
    origins.set(key, name);
    if (equals >= 0) flags[key] = convert(key, argument.slice(equals + 1));
    else if (typeOf(key) === 'boolean') flags[key] = true;
    else if (argv[index + 1] === undefined) faults.push(fault(name, 'missing', 'needs a value'));
    else {
      index += 1;
      flags[key] = convert(key, argv[index] ?? '');
    }
  }
  return { flags, words };
}

function typeOf(key: string): string | undefined {
  const schema = (configSchema.properties as Record<string, { type?: string }>)[key];
  return schema?.type;
}

/** Text becomes what the schema asks for where it reads as that; what does not is left for the schema to refuse. */
function convert(key: string, text: string): unknown {
  switch (typeOf(key)) {
    case 'integer':
      return /^-?\d+$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === '1' ? true : text === 'false' || text === '0' ? false : text;
    case 'array':
      return text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '');
    default:
      return text;
  }
}

async function readConfigFile(path: string, { readFile }: ConfigSources, faults: ErrorDetail[]): Promise<Values> {
  try {
    const text = readFile(path);
    const { parse } = await import('yaml');
    const value: unknown = parse(text) ?? {};
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Values;
    faults.push(fault(path, 'type', 'is not a list of keys and values'));
  } catch (error) {
    faults.push(fault(path, 'unreadable', `cannot be read: ${messageOf(error)}`));
  }
  return {};
}

function absoluteFolder(folder: unknown): unknown {
  if (typeof folder !== 'string' || folder === '') return folder;
  return folder === '~' || folder.startsWith('~/') ? join(homedir(), folder.slice(1)) : resolve(folder);
}
