import { appError } from '@pilothouse/core';
import type { ResourceType } from '../resource-type.ts';

/** The URL path of a resource's collection, of one namespace when given: `/apis/apps/v1/namespaces/shop/deployments`. */
export function collectionPath(type: ResourceType, namespace?: string): string {
  const root =
    type.group === '' ? `/api/${segment(type.version)}` : `/apis/${segment(type.group)}/${segment(type.version)}`;
  const inside =
    type.namespaced && namespace !== undefined && namespace !== '' ? `/namespaces/${segment(namespace)}` : '';
  return `${root}${inside}/${segment(type.plural)}`;
}

/** The URL path of one object, or of one of its subresources. */
export function objectPath(
  ref: { type: ResourceType; namespace?: string; name: string },
  subresource?: string,
): string {
  if (ref.type.namespaced && !ref.namespace) {
    throw appError('invalid_input', `A ${ref.type.kind} lives in a namespace; none was given.`);
  }
  const path = `${collectionPath(ref.type, ref.namespace)}/${segment(ref.name)}`;
  return subresource ? `${path}/${subresource}` : path;
}

/** Adds the parameters that have a value. */
export function withQuery(path: string, parameters: Record<string, string | number | boolean | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') query.append(name, String(value));
  }
  const text = query.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** One path segment. Names come from people and clusters: a slash or `..` must not reach another path. */
export function segment(name: string): string {
  if (name === '' || name === '.' || name === '..' || name.includes('/') || name.includes('\\')) {
    throw appError('invalid_input', `"${name}" is not a name that can be in a path.`);
  }
  return encodeURIComponent(name);
}
