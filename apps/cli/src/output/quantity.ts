const units = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;
/** Cores and counts are small, bytes are not: from here on a number is read as bytes. */
const fewestBytes = 1024 * 1024;

/** A quantity in its base unit as Kubernetes writes it: bytes with a binary suffix (`4Gi`, `14.8Gi`), cores as a decimal number (`0.25`). */
export function quantityText(value: number): string {
  if (Math.abs(value) < fewestBytes) return String(Number(value.toFixed(3)));
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.abs(value)) / 10));
  const scaled = value / 1024 ** power;
  return `${Number(scaled.toFixed(scaled >= 100 ? 0 : 1))}${units[power]}`;
}
