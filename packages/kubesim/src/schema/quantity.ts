const binary = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];
const decimal = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const pattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE])|[eE]([+-]?\d+))?$/;

/**
 * A resource quantity in canonical form: no fraction, no more digits than needed, the suffix of its own family (k8s.io/apimachinery
 * resource.Quantity): `0.5` -> `500m`, `1000m` -> `1`, `1024Mi` -> `1Gi`. Undefined when it is no quantity.
 */
export function canonicalQuantity(text: string): string | undefined {
  const found = pattern.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', binarySuffix, decimalSuffix, exponent] = found;
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(`${whole}${fraction}` || '0');
  const minus = sign === '-' && digits !== 0n ? '-' : '';
  if (binarySuffix !== undefined) return `${minus}${binaryText(digits, fraction.length, binary.indexOf(binarySuffix))}`;
  const power = exponent === undefined ? (decimal.indexOf(decimalSuffix ?? '') - 3) * 3 : Number(exponent);
  if (Math.abs(power) > 60) return undefined;
  return `${minus}${decimalText(digits, power - fraction.length, exponent !== undefined)}`;
}

function binaryText(digits: bigint, places: number, suffix: number): string {
  const scale = 10n ** BigInt(places);
  const bytes = digits * 1024n ** BigInt(suffix);
  if (bytes % scale !== 0n) return decimalText((bytes * 1000n + scale - 1n) / scale, -3, false);
  let value = bytes / scale;
  let at = 0;
  while (value !== 0n && value % 1024n === 0n && at < binary.length - 1) {
    value /= 1024n;
    at++;
  }
  return `${value}${binary[at]}`;
}

/** Powers of ten come in steps of three; whatever is finer than nano is rounded up. */
function decimalText(digits: bigint, power: number, exponential: boolean): string {
  let value = digits;
  let at = power;
  if (at < -9) {
    const scale = 10n ** BigInt(-9 - at);
    value = (value + scale - 1n) / scale;
    at = -9;
  }
  if (value === 0n) return '0';
  while (value % 10n === 0n) {
    value /= 10n;
    at++;
  }
  const steps = Math.min(Math.floor(at / 3), 6);
  value *= 10n ** BigInt(at - steps * 3);
  if (exponential) return steps === 0 ? String(value) : `${value}e${steps * 3}`;
  return `${value}${decimal[steps + 3]}`;
}
