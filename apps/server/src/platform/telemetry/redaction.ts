import { isAppError } from '@pilothouse/core';

const secretName =
  /(password|passphrase|secret|token|authorization|cookie|credential|kubeconfig|private_?key|seal_?key|ticket|set-cookie)s?$/i;
/** Names that end like a secret and are none. */
const harmlessName = /^(tokenFile|tokenId|credentialId)$/;
/** PEM keys, JWTs, bearer headers, passwords in URLs, and tokens of our own. */
const secretText =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----|[\s\S]*)|\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*|\bBearer\s+[\w.~+/-]{8,}=*|(?<=:\/\/[^/\s:@]{0,200}:)[^/\s@]+(?=@)|\bph[a-z]?_[\w-]{16,}/g;
const mask = '[redacted]';
const deepest = 6;

/** A copy of what goes into a log line, without secrets: masked by the name of the field, by the look of the text, and by type (bytes are never written). */
export function redacted(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Error) return redactedError(value, depth);
  if (value instanceof Uint8Array || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Date) return value.toISOString();
  if (depth >= deepest) return '[…]';
  if (Array.isArray(value)) return value.slice(0, 100).map((each) => redacted(each, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value))
    copy[name] = isSecretName(name) && each !== undefined && each !== null ? mask : redacted(each, depth + 1);
  return copy;
}

export function redactedText(text: string): string {
  return text.length > 20_000 ? redactedText(`${text.slice(0, 20_000)}…`) : text.replace(secretText, mask);
}

function isSecretName(name: string): boolean {
  return secretName.test(name) && !harmlessName.test(name);
}

function redactedError(error: Error, depth: number): unknown {
  return {
    name: error.name,
    message: redactedText(error.message),
    ...(isAppError(error) ? { code: error.code } : {}),
    ...(error.stack ? { stack: redactedText(error.stack) } : {}),
    ...(error.cause !== undefined && depth < deepest ? { cause: redacted(error.cause, depth + 1) } : {}),
  };
}
