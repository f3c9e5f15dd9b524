import { age, ageColumn, column, nameColumn } from './column-factory.ts';
import { compileJsonPath } from './json-path.ts';
import type { TableCell, TableColumn } from './table-column.ts';

export type PrinterColumn = {
  name: string;
  type: string;
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
};

/** The columns a CRD asks for: Name first, then its own, or Age when it has none. */
export function customColumns(printer: readonly PrinterColumn[] | undefined): TableColumn[] {
  if (printer === undefined || printer.length === 0) return [nameColumn, ageColumn];
  return [nameColumn, ...printer.map(customColumn)];
}

const types = new Set(['string', 'integer', 'number', 'boolean', 'date']);

function customColumn(given: PrinterColumn): TableColumn {
  const read = compileJsonPath(given.jsonPath);
  const type = (types.has(given.type) ? given.type : 'string') as TableColumn['type'];
  return {
    ...column(given.name, (object, { now }) => cellOf(type, read(object), now), { type, format: given.format ?? '' }),
    description: given.description ?? `Custom resource definition column (in JSONPath format): ${given.jsonPath}`,
    priority: given.priority ?? 0,
  };
}

function cellOf(type: TableColumn['type'], found: readonly unknown[], now: number): TableCell {
  const [value] = found;
  if (value === undefined || value === null) return null;
  if (type === 'date') return typeof value === 'string' ? age(value, now) : '<unknown>';
  if (type === 'integer') return typeof value === 'number' ? Math.trunc(value) : null;
  if (type === 'number') return typeof value === 'number' ? value : null;
  if (type === 'boolean') return typeof value === 'boolean' ? value : null;
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value);
}
