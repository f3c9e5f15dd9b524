import { type AppError, appError, type ErrorDetail, isAppError, messageOf } from '@pilothouse/core';
import type { KubeStatus } from '../kube-object.ts';

const tlsCodes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'EPROTO',
]);
const timeoutCodes = new Set([
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'ETIMEDOUT',
]);

/** The AppError of a request that got no answer: refused, timed out, broken off, TLS that does not hold. Aborts pass through. */
export function transportError(error: unknown, server: string): unknown {
  if (isAppError(error) || isAbort(error)) return error;
  const root = rootCause(error);
  if (isAppError(root)) return root;
  const code = codeOf(root) ?? codeOf(error) ?? '';
  const words = messageOf(root) || messageOf(error);
  const options = { cause: error, extra: { server } };
  if (timeoutCodes.has(code)) {
    return appError('cluster_timeout', `${server} did not answer in time (${timeoutWords(code)}).`, options);
  }
  if (tlsCodes.has(code) || code.startsWith('ERR_TLS') || code.startsWith('ERR_SSL') || code.startsWith('ERR_OSSL')) {
    return appError('cluster_tls', `The TLS connection to ${server} failed: ${tlsWords(code, words)}.`, options);
  }
  if (isHttpFault(root) || isHttpFault(error)) {
    return appError('cluster_bad_answer', `${server} does not speak HTTP as expected: ${words}.`, options);
  }
  if (code === 'UND_ERR_INVALID_ARG')
    return appError('invalid_input', `The request cannot be sent: ${words}.`, options);
  return appError('cluster_unreachable', `${server} cannot be reached: ${words || code}.`, options);
}

function isHttpFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = codeOf(error) ?? '';
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return true;
  return code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'UND_ERR_HEADERS_OVERFLOW';
}

/** Errors of several tried addresses come in one; the first says enough. */
function rootCause(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return rootCause(error.errors[0]);
  if (error instanceof Error && error.cause instanceof Error && codeOf(error) === 'UND_ERR_SOCKET') return error.cause;
  return error;
}

function timeoutWords(code: string): string {
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return 'connected, but no answer came';
  if (code === 'UND_ERR_BODY_TIMEOUT') return 'the answer stopped midway';
  return 'no connection';
}

function tlsWords(code: string, message: string): string {
  if (code === 'CERT_HAS_EXPIRED') return "the server's certificate has expired";
  if (code === 'CERT_NOT_YET_VALID') return "the server's certificate is not valid yet";
  if (code.startsWith('UNABLE_TO') || code.includes('SELF_SIGNED') || code === 'CERT_SIGNATURE_FAILURE') {
    return `the server's certificate is not signed by the expected authority (${message})`;
  }
  return message;
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error.name === 'TimeoutError');
}

/** An answer with a status of 300 or above, its body read up to a limit. */
export type FailedAnswer = {
  status: number;
  body: string;
  retryAfter?: string | undefined;
  location?: string | undefined;
};

/** The AppError of an answer that is no success: the cluster's own words, capped and without control characters. */
export function answerError(answer: FailedAnswer, server: string): AppError {
  const { status } = answer;
  if (status < 400) {
    return appError(
      'cluster_bad_answer',
      `${server} answered with a redirect (${status})${answer.location ? ` to ${visible(answer.location, 200)}` : ''}; redirects are not followed.`,
      { extra: { server, status } },
    );
  }
  const body = parseStatus(answer.body);
  const words = visible(body?.message ?? answer.body, 2000) || `HTTP ${status}`;
  return statusError({ ...body, kind: 'Status', apiVersion: 'v1', code: status, message: words }, answer.retryAfter);
}

/** The AppError of a Kubernetes Status object, also one that came inside a watch. */
export function statusError(status: KubeStatus, retryAfter?: string): AppError {
  const code = status.code ?? 0;
  const words = visible(status.message ?? status.reason ?? `HTTP ${code}`, 2000);
  const retryAfterSeconds = secondsOf(retryAfter) ?? status.details?.retryAfterSeconds;
  const extra = { status: code, ...(status.reason ? { reason: status.reason } : {}) };
  const options = { extra, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) };
  switch (code) {
    case 400:
    case 413:
    case 422:
      return appError('invalid_input', words, { ...options, details: detailsOf(status) });
    case 401:
      return appError('cluster_unauthorized', `The cluster refused our credentials: ${words}`, options);
    case 403:
      return appError('cluster_denied', words, options);
    case 404:
      return appError('not_found', words, options);
    case 409:
      return conflictError(status, words, options);
    case 410:
      return appError('gone', words, options);
    case 429:
    case 503:
      return appError('cluster_busy', words, options);
    case 504:
      return appError('cluster_timeout', words, options);
    default:
      return appError('cluster_error', words, options);
  }
}

function conflictError(status: KubeStatus, words: string, options: { extra: Record<string, unknown> }): AppError {
  if (status.reason === 'AlreadyExists') return appError('already_exists', words, options);
  const conflicts = (status.details?.causes ?? [])
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map((cause) => ({
      field: cause.field ?? '',
      manager: /conflict with "([^"]*)"/.exec(cause.message ?? '')?.[1] ?? '',
      message: visible(cause.message ?? '', 500),
    }));
  if (conflicts.length === 0) return appError('version_conflict', words, options);
  return appError('field_conflict', words, { ...options, extra: { ...options.extra, conflicts } });
}

function detailsOf(status: KubeStatus): ErrorDetail[] {
  return (status.details?.causes ?? []).slice(0, 100).map((cause) => ({
    pointer: pointerOf(cause.field ?? ''),
    code: cause.reason ?? 'invalid',
    message: visible(cause.message ?? '', 500),
  }));
}

/** `spec.containers[0].image` as the JSON pointer `/spec/containers/0/image`; `metadata.labels[a.b/c]` keeps its key whole. */
function pointerOf(field: string): string {
  const parts = [...field.matchAll(/\[([^\]]*)\]|([^.[\]]+)/g)].map((match) => match[1] ?? match[2] ?? '');
  return parts.map((part) => `/${part.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function parseStatus(body: string): KubeStatus | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    if (typeof parsed === 'object' && parsed !== null && 'kind' in parsed && parsed.kind === 'Status') {
      return parsed as KubeStatus;
    }
  } catch {
    // Not JSON: the text itself is shown.
  }
  return undefined;
}

function secondsOf(retryAfter: string | undefined): number | undefined {
  const seconds = Number(retryAfter);
  return retryAfter && Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : undefined;
}

/** Text of a cluster as one harmless line: no control characters, no terminal escapes, capped. */
export function visible(text: string, limit: number): string {
  const line = [...text.slice(0, limit * 2)]
    .map((char) => (/[\p{Cc}\p{Cf}\u2028\u2029]/u.test(char) ? ' ' : char))
    .join('')
    .replace(/ {2,}/g, ' ')
    .trim();
  return line.length > limit ? `${line.slice(0, limit)}…` : line;
}
