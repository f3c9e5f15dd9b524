import { kubeError } from './kube-error.ts';

/** Where a paged list goes on: the revision of its first page and the last key sent. */
export type ContinueToken = { revision: number; after: string };

export function encodeContinue(token: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: token.revision, start: token.after })).toString(
    'base64url',
  );
}

export function decodeContinue(text: string): ContinueToken {
  try {
    const value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as { rv?: unknown; start?: unknown };
    if (typeof value.rv === 'number' && typeof value.start === 'string')
      return { revision: value.rv, after: value.start };
  } catch {
    // answered below
  }
  throw kubeError.badRequest('continue key is not valid: encoded continue token has an invalid form');
}

/** 0 for an unset or zero version. */
export function parseVersion(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^\d+$/.test(text)) {
    throw kubeError.badRequest(
      `Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
    );
  }
  return Number(text);
}
