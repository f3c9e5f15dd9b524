import { jsonEqual } from '../rules/json-equal.ts';
import type { Schema } from '../schema/schema.ts';
import { createFieldSetBuilder, type FieldSet } from './field-set.ts';
import { isLeaf, type Part, partsOf } from './typed-value.ts';

type FieldSetBuilder = ReturnType<typeof createFieldSetBuilder>;

export type FieldChanges = { added: FieldSet; modified: FieldSet; removed: FieldSet };

/** Every field a configuration sets: what an applier comes to own. */
export function fieldsOf(schema: Schema, value: unknown): FieldSet {
  const set = createFieldSetBuilder();
  const walk = (path: readonly string[], part: Pick<Part, 'schema' | 'value'>) => {
    if (isLeaf(part.schema, part.value)) return set.add(path);
    for (const child of partsOf(part.schema, part.value)) {
      const below = [...path, child.element];
      walk(below, child);
      const emptyMap = isEmptyMap(child.value);
      if (emptyMap || (child.item && !isLeaf(child.schema, child.value))) set.add(below);
    }
  };
  for (const child of partsOf(schema, value)) {
    walk([child.element], child);
    if (isEmptyMap(child.value)) set.add([child.element]);
  }
  return set.done();
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0;
}

/** What changed between two states of an object, field by field. */
export function fieldChanges(schema: Schema, before: unknown, after: unknown): FieldChanges {
  const added = createFieldSetBuilder();
  const modified = createFieldSetBuilder();
  const removed = createFieldSetBuilder();

  /**
   * Everything in a part that stands on one side only. A struct that Go holds by value is there on both sides, if empty on one, as long
   * as what holds it is: then the struct itself is no change, only its content.
   */
  const whole = (path: readonly string[], part: Part, how: { into: FieldSetBuilder; held: boolean }) => {
    const { into } = how;
    const there = how.held && part.alwaysPresent;
    if (there && isEmptyMap(part.value)) return;
    if (isLeaf(part.schema, part.value)) return into.add(path);
    if (!there) into.add(path);
    for (const child of partsOf(part.schema, part.value)) whole([...path, child.element], child, { into, held: there });
  };

  const compare = (path: readonly string[], schema: Schema, left: unknown, right: unknown) => {
    const others = new Map(partsOf(schema, left).map((part) => [part.element, part]));
    for (const part of partsOf(schema, right)) {
      const below = [...path, part.element];
      const other = others.get(part.element);
      others.delete(part.element);
      if (other === undefined) whole(below, part, { into: added, held: true });
      else if (isLeaf(part.schema, part.value) || isLeaf(part.schema, other.value)) {
        if (!jsonEqual(part.value, other.value)) modified.add(below);
      } else compare(below, part.schema, other.value, part.value);
    }
    for (const [element, part] of others) whole([...path, element], part, { into: removed, held: true });
  };

  compare([], schema, before ?? {}, after);
  return { added: added.done(), modified: modified.done(), removed: removed.done() };
}
