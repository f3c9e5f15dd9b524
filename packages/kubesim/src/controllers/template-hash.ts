import { hash32 } from '../runtime/chance.ts';

const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** A short name for a pod template, as the `pod-template-hash` label has it. Key order does not matter. */
export function templateHash(template: unknown, collisionCount = 0): string {
  const digits = String(hash32(canonical(template) + (collisionCount === 0 ? '' : `#${collisionCount}`)));
  return [...digits].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, held]) => held !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, held]) => `${JSON.stringify(key)}:${canonical(held)}`).join(',')}}`;
}
