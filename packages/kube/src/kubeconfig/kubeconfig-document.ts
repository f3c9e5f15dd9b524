import { appError, type ErrorDetail } from '@pilothouse/core';
import { parseDocument } from 'yaml';

export type Fields = Record<string, unknown>;
export type NamedEntry = { name: string; fields: Fields; pointer: string };

/** A kubeconfig as it is written, its entries by name. Nothing is interpreted yet. */
export type KubeconfigDocument = {
  clusters: Map<string, NamedEntry>;
  users: Map<string, NamedEntry>;
  contexts: Map<string, NamedEntry>;
  currentContext?: string;
};

const maxBytes = 1024 * 1024;
const maxNesting = 32;
const maxAliases = 50;
const maxEntries = 1000;

/** Reads the YAML or JSON of a kubeconfig within limits on size, nesting and aliases. Throws `invalid_kubeconfig`. */
export function parseKubeconfigDocument(text: string): KubeconfigDocument {
  if (Buffer.byteLength(text) > maxBytes) throw invalidKubeconfig('It is larger than 1 MiB.');
  const root = parseYaml(text);
  if (!isFields(root)) throw invalidKubeconfig('It is not a mapping with clusters, users and contexts.');
  if (root.kind !== undefined && root.kind !== 'Config') {
    throw invalidKubeconfig('Its kind is not Config.', [detail('/kind', 'kind', 'Expected Config.')]);
  }
  const currentContext = root['current-context'];
  return {
    clusters: entriesOf(root, 'clusters', 'cluster'),
    users: entriesOf(root, 'users', 'user'),
    contexts: entriesOf(root, 'contexts', 'context'),
    ...(typeof currentContext === 'string' && currentContext !== '' ? { currentContext } : {}),
  };
}

function parseYaml(text: string): unknown {
  if (bracketDepth(text) > maxNesting) throw invalidKubeconfig(`It nests deeper than ${maxNesting} levels.`);
  let value: unknown;
  try {
    const document = parseDocument(text, { stringKeys: true, logLevel: 'error' });
    const error = document.errors[0];
    if (error) throw invalidKubeconfig(`Line ${error.linePos?.[0].line ?? '?'}: ${firstLine(error.message)}`);
    value = document.toJS({ maxAliasCount: maxAliases });
  } catch (error) {
    if (error instanceof RangeError || error instanceof ReferenceError) {
      throw invalidKubeconfig('It nests too deeply or repeats too many aliases.', [], error);
    }
    throw error;
  }
  return value;
}

function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const char of text) {
    if (char === '[' || char === '{') deepest = Math.max(deepest, ++depth);
    else if (char === ']' || char === '}') depth--;
  }
  return deepest;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').slice(0, 200);
}

function entriesOf(root: Fields, list: string, member: string): Map<string, NamedEntry> {
  const entries = new Map<string, NamedEntry>();
  const value = root[list] ?? [];
  if (!Array.isArray(value))
    throw invalidKubeconfig(`${list} is not a list.`, [detail(`/${list}`, 'type', 'Expected a list.')]);
  if (value.length > maxEntries) throw invalidKubeconfig(`It has more than ${maxEntries} ${list}.`);
  value.forEach((item: unknown, index) => {
    const pointer = `/${list}/${index}`;
    if (!isFields(item) || typeof item.name !== 'string') {
      throw invalidKubeconfig(`Entry ${index + 1} of ${list} has no name.`, [
        detail(`${pointer}/name`, 'name', 'Expected a text.'),
      ]);
    }
    const fields = item[member] ?? {};
    if (!isFields(fields)) {
      throw invalidKubeconfig(`${item.name}: ${member} is not a mapping.`, [
        detail(`${pointer}/${member}`, 'type', 'Expected a mapping.'),
      ]);
    }
    // The first of a name wins, as in kubectl.
    if (!entries.has(item.name)) entries.set(item.name, { name: item.name, fields, pointer: `${pointer}/${member}` });
  });
  return entries;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function detail(pointer: string, code: string, message: string): ErrorDetail {
  return { pointer, code, message };
}

export function invalidKubeconfig(why: string, details: readonly ErrorDetail[] = [], cause?: unknown): Error {
  return appError('invalid_kubeconfig', `The kubeconfig cannot be used. ${why}`, { details, cause });
}
