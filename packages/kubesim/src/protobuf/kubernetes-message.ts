import { kubeError } from '../api/kube-error.ts';
import { builtinSchema } from '../schema/builtin-schemas.ts';
import type { Schema, StructSchema } from '../schema/schema.ts';
import { type WireMessage, wireMessage } from './wire-numbers.ts';
import { signed, type WireValue, wireFields } from './wire-reader.ts';

export const protobufType = 'application/vnd.kubernetes.protobuf';

const magic = Buffer.from('k8s\0', 'latin1');
const text = new TextDecoder();

/**
 * The JSON form of a request body in Kubernetes' protobuf encoding: an envelope (runtime.Unknown) around one message. Only the kinds whose
 * field numbers are known can be read; any other answers 415, as a server without protobuf would.
 */
export function decodeKubernetesMessage(body: Buffer): Record<string, unknown> {
  if (!body.subarray(0, magic.length).equals(magic)) {
    throw kubeError.badRequest(
      'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]',
    );
  }
  try {
    return decodeEnvelope(body.subarray(magic.length));
  } catch (error) {
    if (error instanceof RangeError) throw kubeError.badRequest(error.message);
    throw error;
  }
}

function decodeEnvelope(bytes: Uint8Array): Record<string, unknown> {
  let apiVersion = '';
  let kind = '';
  let raw: Uint8Array = new Uint8Array();
  for (const field of wireFields(bytes)) {
    if (field.number === 2) raw = field.bytes ?? raw;
    if (field.number !== 1) continue;
    for (const meta of wireFields(field.bytes ?? new Uint8Array())) {
      if (meta.number === 1) apiVersion = text.decode(meta.bytes);
      if (meta.number === 2) kind = text.decode(meta.bytes);
    }
  }
  const module = kind === 'DeleteOptions' ? 'meta/v1' : moduleOf(apiVersion);
  const schema = builtinSchema(module, kind);
  const wire = wireMessage(module, kind);
  if (schema === undefined || wire === undefined) throw unreadable(kind);
  return { apiVersion, kind, ...message(raw, { schema, wire, module }) };
}

function unreadable(what: string) {
  return kubeError.unsupportedMediaType(
    `application/json, application/yaml (${what} is not readable as protobuf here)`,
  );
}

/** `rbac.authorization.k8s.io/v1` -> `rbac/v1`. */
function moduleOf(apiVersion: string): string {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? `core/${group}` : `${group.split('.')[0]}/${version}`;
}

type Shape = { schema: StructSchema; wire: WireMessage; module: string };

function message(bytes: Uint8Array, shape: Shape): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const value of wireFields(bytes)) {
    const field = shape.wire.get(value.number);
    if (field === undefined) continue;
    if (field.embedded !== undefined) {
      const wire = wireMessage(shape.module, field.embedded);
      if (wire !== undefined) Object.assign(result, message(value.bytes ?? new Uint8Array(), { ...shape, wire }));
      continue;
    }
    const declared = shape.schema.fields.get(field.name);
    if (
      declared === undefined ||
      (field.name === 'status' && declared.schema.is === 'struct' && shapeOf(declared.schema) === undefined)
    )
      continue;
    add(result, field.name, declared.schema, { value, bytes: field.bytes });
  }
  return result;
}

function add(
  result: Record<string, unknown>,
  name: string,
  schema: Schema,
  given: { value: WireValue; bytes: boolean },
): void {
  if (schema.is === 'list') {
    const list = (result[name] ?? []) as unknown[];
    list.push(...listItems(schema.items, given));
    result[name] = list;
  } else if (schema.is === 'map') {
    const [key, value] = mapEntry(schema.values, given);
    const map = (result[name] ?? {}) as Record<string, unknown>;
    Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
    result[name] = map;
  } else result[name] = single(schema, given);
}

function listItems(items: Schema, given: { value: WireValue; bytes: boolean }): unknown[] {
  const packed = items.is === 'scalar' && items.type === 'integer' ? given.value.bytes : undefined;
  if (packed === undefined) return [single(items, given)];
  const numbers: unknown[] = [];
  let at = 0;
  while (at < packed.length) {
    let end = at;
    while (((packed[end] ?? 0) & 0x80) !== 0) end++;
    let value = 0n;
    for (let index = end; index >= at; index--) value = (value << 7n) | BigInt((packed[index] ?? 0) & 0x7f);
    numbers.push(signed(value));
    at = end + 1;
  }
  return numbers;
}

function mapEntry(values: Schema, given: { value: WireValue; bytes: boolean }): [string, unknown] {
  let key = '';
  let value: unknown = '';
  for (const field of wireFields(given.value.bytes ?? new Uint8Array())) {
    if (field.number === 1) key = text.decode(field.bytes);
    if (field.number === 2)
      value = values.is === 'list' ? wrappedList(field.bytes) : single(values, { value: field, bytes: given.bytes });
  }
  return [key, value];
}

/** A map of lists wraps each list in a message with one repeated field. */
function wrappedList(bytes: Uint8Array | undefined): string[] {
  return [...wireFields(bytes ?? new Uint8Array())].map((item) => text.decode(item.bytes));
}

function single(schema: Schema, { value, bytes }: { value: WireValue; bytes: boolean }): unknown {
  const content = value.bytes ?? new Uint8Array();
  if (bytes) return Buffer.from(content).toString('base64');
  if (schema.is === 'struct') {
    const shape = shapeOf(schema);
    if (shape === undefined) throw unreadable(schema.name ?? 'this message');
    return message(content, shape);
  }
  if (schema.is !== 'scalar') return rawJson(content);
  if (schema.type === 'boolean') return value.varint !== 0n;
  if (schema.type === 'integer') return signed(value.varint);
  if (schema.type === 'int-or-string') return schema.format === 'quantity' ? first(content) : intOrString(content);
  return schema.format === undefined ? text.decode(content) : timestamp(content, schema.format);
}

function shapeOf(schema: StructSchema): Shape | undefined {
  const parts = (schema.name ?? '').split('.');
  const type = parts.pop() ?? '';
  const version = parts.pop() ?? '';
  const module = `${parts.pop() ?? ''}/${version}`;
  const wire = wireMessage(module, type);
  return wire === undefined ? undefined : { schema, wire, module };
}

/** Quantity { string = 1 } */
function first(bytes: Uint8Array): string {
  for (const field of wireFields(bytes)) if (field.number === 1) return text.decode(field.bytes);
  return '0';
}

/** IntOrString { type = 1, intVal = 2, strVal = 3 } */
function intOrString(bytes: Uint8Array): number | string {
  const fields = new Map([...wireFields(bytes)].map((field) => [field.number, field]));
  return fields.get(1)?.varint === 1n ? text.decode(fields.get(3)?.bytes) : signed(fields.get(2)?.varint ?? 0n);
}

/** Time { seconds = 1, nanos = 2 }; an empty message is an absent time. */
function timestamp(bytes: Uint8Array, format: string): string | null {
  const fields = new Map([...wireFields(bytes)].map((field) => [field.number, field.varint]));
  const seconds = fields.get(1);
  if (seconds === undefined) return null;
  const iso = new Date(signed(seconds) * 1000).toISOString();
  if (format !== 'micro-time') return `${iso.slice(0, 19)}Z`;
  const micros = String(Math.floor(signed(fields.get(2) ?? 0n) / 1000)).padStart(6, '0');
  return `${iso.slice(0, 19)}.${micros}Z`;
}

/** RawExtension, JSON and FieldsV1 { raw = 1 } */
function rawJson(bytes: Uint8Array): unknown {
  for (const field of wireFields(bytes)) if (field.number === 1) return JSON.parse(text.decode(field.bytes));
  return undefined;
}
