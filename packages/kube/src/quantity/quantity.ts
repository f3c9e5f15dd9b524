/** Billionths: the finest step a Kubernetes quantity has (resource.Quantity keeps no more), so whole numbers of them are exact. */
const nano = 1_000_000_000n;

/** A quantity in billionths of its base unit (cores, bytes, counts); plain bigint arithmetic adds and compares exactly. */
export type Nanos = bigint;

const decimalExponents: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const binaryExponents: Readonly<Record<string, number>> = { Ki: 10, Mi: 20, Gi: 30, Ti: 40, Pi: 50, Ei: 60 };
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,3}))?$/;
const maxLength = 64;

/**
 * Reads a Kubernetes quantity (`250m`, `1.5Gi`, `1e3`, or a plain number) exactly; finer than billionths rounds away from zero, as the
 * API server does. Undefined for anything else.
 * @see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function parseQuantity(text: unknown): Nanos | undefined {
  const source = typeof text === 'number' ? plainNumber(text) : text;
  if (typeof source !== 'string' || source.length > maxLength) return undefined;
  const match = pattern.exec(source.trim());
  if (!match) return undefined;
  const [, sign, whole = '', fraction = '', suffix, exponent] = match;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  const binary = suffix === undefined ? undefined : binaryExponents[suffix];
  const decimal = exponent === undefined ? (decimalExponents[suffix ?? ''] ?? 0) : Number(exponent);
  const numerator = digits * (binary === undefined ? powerOf(10, decimal) : 2n ** BigInt(binary)) * nano;
  const denominator = 10n ** BigInt(fraction.length) * (binary === undefined ? powerOf(10, -decimal) : 1n);
  const size = (numerator + denominator - 1n) / denominator;
  return sign === '-' ? -size : size;
}

/** The quantity as a number of base units (cores, bytes), for sorting and showing. Undefined when it is none. */
export function quantityNumber(text: unknown): number | undefined {
  const value = parseQuantity(text);
  return value === undefined ? undefined : numberOfNanos(value);
}

export function numberOfNanos(value: Nanos): number {
  return value % nano === 0n ? Number(value / nano) : Number(value) / 1e9;
}

/**
 * Writes a quantity with the largest unit that keeps it exact: `decimal` for processors and counts (`1500m`, `2k`), `binary` for
 * bytes (`1536Mi`). `parseQuantity` reads it back to the same value.
 */
export function formatQuantity(value: Nanos, format: 'decimal' | 'binary' = 'decimal'): string {
  if (value === 0n) return '0';
  const sign = value < 0n ? '-' : '';
  const size = value < 0n ? -value : value;
  if (format === 'binary' && size % nano === 0n) return sign + withBinaryUnit(size / nano);
  for (const [unit, step] of decimalSteps) if (size % step === 0n) return `${sign}${size / step}${unit}`;
  return `${sign}${size}n`;
}

function withBinaryUnit(whole: bigint): string {
  for (const [unit, step] of binarySteps) if (whole % step === 0n) return `${whole / step}${unit}`;
  return String(whole);
}

const decimalSteps: readonly (readonly [string, bigint])[] = ['E', 'P', 'T', 'G', 'M', 'k', '', 'm', 'u', 'n'].map(
  (unit) => [unit, 10n ** BigInt((decimalExponents[unit] ?? 0) + 9)] as const,
);
const binarySteps: readonly (readonly [string, bigint])[] = ['Ei', 'Pi', 'Ti', 'Gi', 'Mi', 'Ki'].map(
  (unit) => [unit, 2n ** BigInt(binaryExponents[unit] ?? 0)] as const,
);

function powerOf(base: number, exponent: number): bigint {
  return exponent > 0 ? BigInt(base) ** BigInt(exponent) : 1n;
}

function plainNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : '';
}
