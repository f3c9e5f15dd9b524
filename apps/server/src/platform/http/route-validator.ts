import type { Route } from '@pilothouse/contract';
import { appError, type ErrorDetail } from '@pilothouse/core';
import type { TObject, TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';

/** Checks what came with a request against its route. Each function gives the valid value, converted and with defaults, or throws `invalid_input`. */
export type RouteValidator = {
  params(raw: unknown): Record<string, string>;
  query(raw: unknown): Record<string, unknown>;
  body(raw: unknown): unknown;
  /** For tests: throws when an answer is not what the route declares. */
  response(value: unknown): void;
};

const mostFaults = 50;

export function createRouteValidator(route: Route): RouteValidator {
  // Compiled when first used: most routes of a small installation never are.
  const params = lazy(route.params);
  const query = lazy(route.query);
  const body = lazy(route.body);
  const response = lazy(route.response);
  const convertParams = converterOf(route.params);
  const convertQuery = converterOf(route.query);

  return {
    params: (raw) => checked(params(), convertParams(raw), pointerInPath) as Record<string, string>,
    query: (raw) => checked(query(), convertQuery(raw), pointerInQuery) as Record<string, unknown>,
    body(raw) {
      const validator = body();
      if (!validator) return undefined;
      return checked(validator, route.body ? withDefaults(route.body, raw) : raw, (pointer) => pointer);
    },
    response(value) {
      const validator = response();
      const faults = validator && !validator.Check(value) ? validator.Errors(value) : [];
      if (faults.length > 0)
        throw new Error(`${route.id} gave an answer that it does not declare: ${JSON.stringify(faults.slice(0, 5))}`);
    },
  };
}

function lazy(schema: TSchema | undefined): () => Validator | undefined {
  let made: Validator | undefined;
  return () => {
    if (schema) made ??= Compile(schema) as Validator;
    return made;
  };
}

type PointerOf = (pointer: string) => string;
const pointerInPath: PointerOf = (pointer) => `:${pointer.slice(1)}`;
const pointerInQuery: PointerOf = (pointer) => `?${pointer.slice(1)}`;

function checked(validator: Validator | undefined, value: unknown, pointerOf: PointerOf): unknown {
  if (!validator) return value;
  if (validator.Check(value)) return value;
  const details = distinct(validator.Errors(value).flatMap((error) => detailsOf(error, pointerOf)));
  const more = details.length > mostFaults ? ` The first ${mostFaults} of ${details.length} faults are listed.` : '';
  const message = `The request does not match what ${details.length === 1 ? 'is expected' : 'is expected in several places'}.${more}`;
  throw appError('invalid_input', message, { details: details.slice(0, mostFaults) });
}

function detailsOf(error: TLocalizedValidationError, pointerOf: PointerOf): ErrorDetail[] {
  const at = (name?: string) =>
    pointerOf(name === undefined ? error.instancePath : `${error.instancePath}/${escaped(name)}`);
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        pointer: at(name),
        code: 'required',
        message: 'is missing',
      }));
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        pointer: at(name),
        code: 'unknown',
        message: 'is not known here',
      }));
    case 'boolean':
      // Said better by additionalProperties.
      return [];
    case 'enum':
      return [
        { pointer: at(), code: 'enum', message: `must be one of ${error.params.allowedValues.map(String).join(', ')}` },
      ];
    case 'const':
      return [{ pointer: at(), code: 'const', message: `must be ${JSON.stringify(error.params.allowedValue)}` }];
    default:
      return [{ pointer: at(), code: error.keyword, message: error.message }];
  }
}

/** RFC 6901, 3. */
function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function distinct(details: ErrorDetail[]): ErrorDetail[] {
  const seen = new Set<string>();
  return details.filter(({ pointer, code, message }) => {
    const key = `${pointer} ${code} ${message}`;
    return !seen.has(key) && Boolean(seen.add(key));
  });
}

type PropertySchema = TSchema & { type?: string; default?: unknown };

/** Path and query values arrive as text; what the schema wants as a number or boolean becomes one where it reads as such. */
function converterOf(schema: TObject | undefined): (raw: unknown) => Record<string, unknown> {
  const properties = Object.entries((schema?.properties ?? {}) as Record<string, PropertySchema>);
  const converted = properties.filter(([, { type }]) => type === 'integer' || type === 'number' || type === 'boolean');
  const defaulted = properties.filter(([, property]) => property.default !== undefined);
  return (raw) => {
    const values = { ...(raw as Record<string, unknown> | undefined) };
    for (const [name, { type }] of converted) if (name in values) values[name] = convert(type, values[name]);
    for (const [name, property] of defaulted) values[name] ??= property.default;
    return values;
  };
}

function convert(type: string | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'boolean')
    return value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value;
  const number = Number(value);
  return value.trim() === '' || Number.isNaN(number) ? value : number;
}

function withDefaults(schema: TSchema, raw: unknown): unknown {
  const { properties } = schema as { properties?: Record<string, PropertySchema> };
  if (!properties || typeof raw !== 'object' || raw === null || Array.isArray(raw)) return raw;
  const values = { ...raw } as Record<string, unknown>;
  for (const [name, property] of Object.entries(properties))
    if (property.default !== undefined && !(name in values)) values[name] = structuredClone(property.default);
  return values;
}
