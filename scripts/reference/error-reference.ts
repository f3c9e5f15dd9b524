import { errorCodes, errorKinds } from '@pilothouse/core';

const meaningOfKind: Record<(typeof errorKinds)[number], string> = {
  invalid: 'The request is wrong; sending it again will not help.',
  unauthenticated: 'Sign in, or send a valid token.',
  forbidden: 'You are known, and may not.',
  'not-found': 'There is no such thing, or none that you may see.',
  conflict: 'The state does not allow it; read it again, then decide.',
  limited: 'Slow down; `Retry-After` says how long.',
  unavailable: 'Something we depend on did not answer; trying later may help.',
  internal: 'Our fault; the request id finds it in the log.',
};

/** docs/reference/errors.md, from the table of codes in packages/core. */
export function errorReference(statusOf: (kind: (typeof errorKinds)[number]) => number): string {
  const lines = [
    '# Errors',
    '',
    'Every failed request answers `application/problem+json` (RFC 9457) with a stable `code`, its `kind`, a `detail` fit for a person and the',
    '`requestId` that finds it in the log. Invalid input lists every fault under `details`, each with a JSON pointer.',
    '',
    '| kind | HTTP status | meaning |',
    '|---|---|---|',
    ...errorKinds.map((kind) => `| ${kind} | ${statusOf(kind)} | ${meaningOfKind[kind]} |`),
    '',
    '| code | kind | meaning |',
    '|---|---|---|',
    ...Object.entries(errorCodes).map(([code, { kind, meaning }]) => `| \`${code}\` | ${kind} | ${meaning} |`),
  ];
  return `${lines.join('\n')}\n`;
}
