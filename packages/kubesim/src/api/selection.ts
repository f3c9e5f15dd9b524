import type { ServedResource } from '../catalogue/served-resource.ts';
import { parseFieldSelector } from '../storage/field-selector.ts';
import { parseLabelSelector } from '../storage/label-selector.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { Exchange } from './exchange.ts';

/** Which objects of a collection a list, watch or deletecollection is about. */
export type Selection = {
  namespace: string | undefined;
  /** Set when the field selector pins the name. */
  name: string | undefined;
  /** Undefined when every object of the namespace is meant. */
  matches: ((object: StoredObject) => boolean) | undefined;
};

export function selectionOf(
  exchange: Exchange,
  resource: ServedResource,
  scope: { namespace: string; name: string },
): Selection {
  const labels = parseLabelSelector(exchange.query.get('labelSelector') ?? '');
  const fields = parseFieldSelector(exchange.query.get('fieldSelector') ?? '', resource);
  const name = scope.name === '' ? fields?.name : scope.name;
  const tests: ((object: StoredObject) => boolean)[] = [];
  if (labels !== undefined) tests.push((object) => labels(object.labels));
  if (fields !== undefined) tests.push(fields.matches);
  if (scope.name !== '') tests.push((object) => object.name === scope.name);
  return {
    namespace: resource.namespaced && scope.namespace !== '' ? scope.namespace : undefined,
    name,
    matches: tests.length === 0 ? undefined : (object) => tests.every((test) => test(object)),
  };
}

export function selects(selection: Selection, object: StoredObject): boolean {
  if (selection.namespace !== undefined && object.namespace !== selection.namespace) return false;
  return selection.matches === undefined || selection.matches(object);
}
