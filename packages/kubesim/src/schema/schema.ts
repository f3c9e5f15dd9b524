export type ScalarType = 'string' | 'integer' | 'number' | 'boolean' | 'int-or-string' | 'bool-or-string';

export type Field = {
  readonly schema: Schema;
  readonly description: string;
  readonly required: boolean;
  /** A struct the API server always writes, empty or not. */
  readonly alwaysPresent?: boolean;
  /** Left out when 0 or false. */
  readonly omitZero?: boolean;
  /** Left out when ''. */
  readonly omitEmpty?: boolean;
};

/** How lists merge: in server-side apply (`listType`, KEP-555) and in strategic merge patch (`patchMergeKey`). */
export type ListMerge = {
  readonly listType: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
  /** Strategic merge patch: undefined replaces the list; '' merges scalars as a set. */
  readonly patchMergeKey: string | undefined;
};

/**
 * The shape of a value, from the built-in kinds' type declarations or a CRD's OpenAPI schema. One model serves pruning, strategic merge
 * patch, server-side apply and OpenAPI.
 */
export type Schema =
  | {
      readonly is: 'scalar';
      readonly type: ScalarType;
      readonly format?: string;
      readonly rules?: ScalarRules;
      readonly default?: unknown;
    }
  | StructSchema
  | { readonly is: 'map'; readonly values: Schema; readonly atomic: boolean; readonly default?: unknown }
  | {
      readonly is: 'list';
      readonly items: Schema;
      readonly merge: ListMerge;
      readonly retainKeys?: boolean;
      readonly default?: unknown;
    }
  /** Anything goes and nothing is pruned (JSON, RawExtension, x-kubernetes-preserve-unknown-fields). */
  | { readonly is: 'any'; readonly default?: unknown };

export type StructSchema = {
  readonly is: 'struct';
  /** The OpenAPI definition name, for named types. */
  readonly name: string | undefined;
  readonly description: string;
  readonly fields: ReadonlyMap<string, Field>;
  readonly atomic: boolean;
  /** Strategic merge patch drops the keys that `$retainKeys` does not name. */
  readonly retainKeys: boolean;
  readonly preserveUnknown: boolean;
  readonly default?: unknown;
};

/** What a CRD may say about a value, checked on write. */
export type ScalarRules = {
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly nullable?: boolean;
};

export const anySchema: Schema = { is: 'any' };
