import { fieldsOf, listOf, numberOf, textOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import { quantityNumber } from '../quantity/quantity.ts';
import { compileJsonPath, type JsonPath } from './json-path.ts';
import { ageColumn, type Cell, type ColumnRule, type ColumnType } from './table-column.ts';

const maxText = 1024;
/** Ids that every table has a meaning for. */
const takenIds = ['name', 'namespace', 'cluster', 'health', 'age'];
const createdAt = '.metadata.creationTimestamp';

/**
 * The printer columns of a CustomResourceDefinition for one version, followed by Age when it has none. A column whose path cannot be
 * read is left out.
 */
export function printerColumns(definition: KubeObject, version: string): ColumnRule[] {
  const spec = fieldsOf(definition.spec);
  const served = listOf(spec.versions)
    .map(fieldsOf)
    .find(({ name }) => name === version);
  const declared = listOf(served?.additionalPrinterColumns ?? spec.additionalPrinterColumns).map(fieldsOf);
  const used = new Set(takenIds);
  const columns = declared.flatMap((column) => {
    const label = textOf(column.name);
    const pathText = textOf(column.jsonPath) || textOf(column.JSONPath);
    if (label.toLowerCase() === 'age' && pathText === createdAt) return ageColumn();
    const path = compileJsonPath(pathText);
    const id = idOf(label, used);
    // Name and Namespace are always there.
    if (!path || label === '' || /^name(space)?$/i.test(label)) return [];
    const type = columnType(textOf(column.type), textOf(column.format));
    const description = textOf(column.description);
    return {
      id,
      label,
      type,
      priority: Math.max(0, Math.trunc(numberOf(column.priority))),
      ...(description ? { description } : {}),
      read: (object: KubeObject) => cellOf(path, type, object),
    };
  });
  return columns.some(({ id }) => id === 'age') ? columns : [...columns, ageColumn()];
}

function columnType(type: string, format: string): ColumnType {
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'boolean') return 'boolean';
  if (type === 'date') return 'age';
  return format === 'quantity' ? 'quantity' : 'text';
}

function idOf(label: string, used: Set<string>): string {
  const words = label.split(/[^A-Za-z0-9]+/).filter((word) => word !== '');
  const camel = words.map((word, index) =>
    index === 0 ? word.toLowerCase() : word[0]?.toUpperCase() + word.slice(1).toLowerCase(),
  );
  const plain = camel.join('') || 'column';
  let id = plain;
  for (let count = 2; used.has(id); count++) id = `${plain}${count}`;
  used.add(id);
  return id;
}

function cellOf(path: JsonPath, type: ColumnType, object: KubeObject): Cell {
  const values = path(object);
  const first = values[0];
  if (first === undefined) return null;
  switch (type) {
    case 'number': {
      const number = typeof first === 'number' ? first : Number(first);
      return Number.isFinite(number) ? number : null;
    }
    case 'boolean':
      return typeof first === 'boolean' ? first : first === 'true' ? true : first === 'false' ? false : null;
    case 'age':
      return typeof first === 'string' && !Number.isNaN(Date.parse(first)) ? first : null;
    case 'quantity':
      return quantityNumber(first) ?? null;
    default:
      return textCell(values);
  }
}

function textCell(values: readonly unknown[]): string {
  const texts = values.map((value) => (typeof value === 'object' ? JSON.stringify(value) : String(value)));
  const text = texts.join(', ');
  return text.length > maxText ? `${text.slice(0, maxText)}…` : text;
}
