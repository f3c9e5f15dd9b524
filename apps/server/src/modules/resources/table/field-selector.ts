import { appError } from '@pilothouse/core';
import type { KubeObject } from '@pilothouse/kube';

type FieldTerm = { readonly path: readonly string[]; readonly equal: boolean; readonly value: string };

/**
 * Parses `status.phase=Running,spec.nodeName!=node-1`: any scalar by dotted path (`\.` for a dot inside a name, a number for
 * a place in a list), with `=`, `==` and `!=`. A field that is not there equals the empty text, as in Kubernetes.
 */
export function parseFieldSelector(text: string): (object: KubeObject) => boolean {
  const terms = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(parseTerm);
  return (object) => terms.every((term) => (fieldText(object, term.path) === term.value) === term.equal);
}

function parseTerm(part: string): FieldTerm {
  const match = /^(?<path>[^=!]+?)\s*(?<operator>!=|==|=)\s*(?<value>.*)$/s.exec(part);
  const { path, operator, value } = match?.groups ?? {};
  if (path === undefined || value === undefined)
    throw appError('invalid_selector', `"${part}" is not a field selector`, {
      details: [
        {
          pointer: '?fieldSelector',
          code: 'syntax',
          message: 'Write path=value, path==value or path!=value, comma-separated.',
        },
      ],
    });
  return { path: splitPath(path), equal: operator !== '!=', value };
}

function splitPath(path: string): string[] {
  return path.split(/(?<!\\)\./).map((segment) => segment.replaceAll('\\.', '.'));
}

function fieldText(object: unknown, path: readonly string[]): string {
  let current: unknown = object;
  for (const segment of path) {
    if (typeof current !== 'object' || current === null || !Object.hasOwn(current, segment)) return '';
    current = (current as Record<string, unknown>)[segment];
  }
  return current === undefined || current === null || typeof current === 'object' ? '' : String(current);
}
