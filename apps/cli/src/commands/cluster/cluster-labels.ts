import { usageError } from '../../runtime/usage-error.ts';

/** `key=value` sets a label, `key-` removes it, as kubectl label has it. */
export function parseLabels(texts: readonly string[]): { set: Record<string, string>; remove: string[] } {
  const set: Record<string, string> = {};
  const remove: string[] = [];
  for (const text of texts) {
    const equals = text.indexOf('=');
    if (equals > 0) set[text.slice(0, equals)] = text.slice(equals + 1);
    else if (equals < 0 && text.length > 1 && text.endsWith('-')) remove.push(text.slice(0, -1));
    else throw usageError(`"${text}" is no label.`, 'write it like tier=prod, or tier- to remove it');
  }
  return { set, remove };
}
