import { kubeError } from '../api/kube-error.ts';
import { jsonEqual } from '../rules/json-equal.ts';

type Operation = { op: string; path: string; from?: string; value?: unknown };

/** More operations than this in one patch are refused, as the API server does. */
const maxOperations = 10_000;

/** Applies an RFC 6902 patch and returns the result; the input is not changed. */
export function applyJsonPatch(document: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw kubeError.badRequest('json patch must be a list of operations');
  if (patch.length > maxOperations) {
    throw kubeError.tooLarge(maxOperations);
  }
  let result: unknown = structuredClone(document);
  for (const operation of patch as Operation[]) result = applyOperation(result, operation);
  return result;
}

function applyOperation(document: unknown, operation: Operation): unknown {
  const { op, path } = operation;
  switch (op) {
    case 'add':
      return insert(document, path, structuredClone(operation.value));
    case 'replace':
      read(document, path);
      return path === ''
        ? structuredClone(operation.value)
        : insert(remove(document, path), path, structuredClone(operation.value));
    case 'remove':
      return remove(document, path);
    case 'move': {
      const moved = read(document, operation.from ?? '');
      return insert(remove(document, operation.from ?? ''), path, moved);
    }
    case 'copy':
      return insert(document, path, structuredClone(read(document, operation.from ?? '')));
    case 'test':
      if (jsonEqual(read(document, path), operation.value)) return document;
      throw unprocessable(`testing value ${path} failed`);
    default:
      throw unprocessable(`Unexpected kind: ${op}`);
  }
}

function unprocessable(why: string) {
  return kubeError.unprocessable(why);
}

function tokens(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/')) throw unprocessable(`invalid JSON pointer: ${path}`);
  return path
    .slice(1)
    .split('/')
    .map((token) => token.replace(/~1/g, '/').replace(/~0/g, '~'));
}

function step(value: unknown, token: string, path: string): unknown {
  if (Array.isArray(value)) {
    const index = Number(token);
    if (/^\d+$/.test(token) && index < value.length) return value[index];
  } else if (typeof value === 'object' && value !== null && Object.hasOwn(value, token)) {
    return (value as Record<string, unknown>)[token];
  }
  throw unprocessable(`error in path: ${path}: missing path: ${token}: missing value`);
}

function read(document: unknown, path: string): unknown {
  return tokens(path).reduce((value, token) => step(value, token, path), document);
}

function parentOf(document: unknown, path: string): { parent: unknown; last: string } {
  const all = tokens(path);
  const last = all.pop() ?? '';
  return { parent: all.reduce((value, token) => step(value, token, path), document), last };
}

function insert(document: unknown, path: string, value: unknown): unknown {
  if (path === '') return value;
  const { parent, last } = parentOf(document, path);
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (!Number.isInteger(index) || index < 0 || index > parent.length) throw unprocessable(`invalid index: ${path}`);
    parent.splice(index, 0, value);
  } else if (typeof parent === 'object' && parent !== null) {
    define(parent as Record<string, unknown>, last, value);
  } else throw unprocessable(`missing container: ${path}`);
  return document;
}

/** A plain assignment to `__proto__` would not make a key. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

function remove(document: unknown, path: string): unknown {
  if (path === '') return undefined;
  const { parent, last } = parentOf(document, path);
  step(parent, last, path);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else delete (parent as Record<string, unknown>)[last];
  return document;
}
