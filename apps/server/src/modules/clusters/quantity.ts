/** A Kubernetes quantity (`100m`, `16Gi`) in base units; undefined for what is none. */
export function parseQuantity(text: string): number | undefined {
  const match = /^([+-]?\d+(?:\.\d+)?)(?:e([+-]?\d+)|([numkKMGTPE]?i?))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, number = '', exponent, suffix = ''] = match;
  if (exponent !== undefined) return Number(number) * 10 ** Number(exponent);
  const factor = suffix.endsWith('i') ? 1024 ** ('KMGTPE'.indexOf(suffix[0] ?? '') + 1) : 10 ** (decimal[suffix] ?? 0);
  return Number(number) * factor;
}

const decimal: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  K: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
