import { fieldsOf, listOf, textOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import type { Cell } from './table-column.ts';

/** The value at a path of plain fields (`status.phase`), as a cell; what is no scalar is null. */
export function at(path: string): (object: KubeObject) => Cell {
  const parts = path.split('.');
  return (object) => scalar(parts.reduce<unknown>((value, part) => fieldsOf(value)[part], object));
}

/** As `at`, for counts that are left out when 0. */
export function countAt(path: string): (object: KubeObject) => Cell {
  const read = at(path);
  return (object) => read(object) ?? 0;
}

export function scalar(value: unknown): Cell {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** Texts joined as `a, b`, or null for none. */
export function joined(values: readonly unknown[]): Cell {
  const texts = values.map(textOf).filter((text) => text !== '');
  return texts.length > 0 ? texts.join(', ') : null;
}

export function countOf(value: unknown): number {
  return Array.isArray(value) ? value.length : Object.keys(fieldsOf(value)).length;
}

export function namesOf(list: unknown): Cell {
  return joined(listOf(list).map((item) => fieldsOf(item).name));
}

/** A label selector as text: `app=web, tier in (a, b)`. */
export function selectorText(selector: unknown): Cell {
  const { matchLabels, matchExpressions } = fieldsOf(selector);
  const equal = Object.entries(fieldsOf(matchLabels)).map(([key, value]) => `${key}=${textOf(value)}`);
  const others = listOf(matchExpressions).map((item) => {
    const { key, operator, values } = fieldsOf(item);
    if (operator === 'Exists') return textOf(key);
    if (operator === 'DoesNotExist') return `!${textOf(key)}`;
    return `${textOf(key)} ${textOf(operator).toLowerCase()} (${listOf(values).map(textOf).join(', ')})`;
  });
  return joined([...equal, ...others]);
}

/** `key=value` pairs of a plain map. */
export function pairsText(map: unknown): Cell {
  return joined(Object.entries(fieldsOf(map)).map(([key, value]) => `${key}=${textOf(value)}`));
}

/** Names and images of the containers of a pod template at a path. */
export function templateContainers(path: string, field: 'name' | 'image'): (object: KubeObject) => Cell {
  const parts = path.split('.');
  return (object) => {
    const spec = fieldsOf(parts.reduce<unknown>((value, part) => fieldsOf(value)[part], object));
    return joined(listOf(spec.containers).map((item) => fieldsOf(item)[field]));
  };
}
