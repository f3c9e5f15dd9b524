import { kubeError } from '../api/kube-error.ts';
import type { StoredObject } from './stored-object.ts';

export type FieldMatcher = (object: StoredObject) => boolean;

/** What a field selector pins metadata.name to, so that a watch or list of one object need not look at the others. */
export type FieldSelector = { matches: FieldMatcher; name?: string };

type SelectableResource = { selectableFields: readonly string[]; custom: boolean };

/** Parses `status.phase=Running,spec.nodeName!=a`; undefined when empty. Throws 400 for a field this kind cannot be selected by. */
export function parseFieldSelector(text: string, resource: SelectableResource): FieldSelector | undefined {
  if (text.trim() === '') return undefined;
  let name: string | undefined;
  const matchers = splitTerms(text).map((term) => {
    const parts = /^(.*?)(!=|==|=)(.*)$/s.exec(term);
    if (parts === null) throw kubeError.badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
    const [, path = '', operator, raw = ''] = parts;
    const value = raw.replace(/\\([\\,=])/g, '$1');
    if (path === 'metadata.name' && operator !== '!=') name = value;
    const read = reader(path, resource);
    return operator === '!='
      ? (object: StoredObject) => read(object) !== value
      : (object: StoredObject) => read(object) === value;
  });
  return {
    matches: (object) => matchers.every((matches) => matches(object)),
    ...(name === undefined ? {} : { name }),
  };
}

function splitTerms(text: string): string[] {
  return text
    .split(/(?<!\\),/)
    .map((term) => term.trim())
    .filter((term) => term !== '');
}

function reader(path: string, resource: SelectableResource): (object: StoredObject) => string {
  if (path === 'metadata.name') return (object) => object.name;
  if (path === 'metadata.namespace') return (object) => object.namespace;
  const index = resource.selectableFields.indexOf(path);
  if (index >= 0) return (object) => object.fields[index] ?? '';
  const known = resource.custom || resource.selectableFields.length > 0;
  throw kubeError.badRequest(
    known
      ? `field label not supported: ${path}`
      : `"${path}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}
