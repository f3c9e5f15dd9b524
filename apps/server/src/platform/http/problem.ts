import type { Problem } from '@pilothouse/contract';
import { type AppError, appError, type ErrorKind, isAppError } from '@pilothouse/core';

/** The one place where kinds of errors become HTTP. */
const statusOfKind: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  limited: 429,
  unavailable: 503,
  internal: 500,
};

/** Codes for which HTTP knows a better status than their kind's. */
const statusOfCode: Readonly<Record<string, number>> = { body_too_large: 413, media_type_unsupported: 415 };

const titles: Readonly<Record<ErrorKind, string>> = {
  invalid: 'Invalid request',
  unauthenticated: 'Not signed in',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  conflict: 'Conflict',
  limited: 'Too many requests',
  unavailable: 'Not available now',
  internal: 'A fault of ours',
};

export type ProblemAnswer = { status: number; headers: Record<string, string>; body: Problem };

/** RFC 9457. `extra` cannot replace a member of the problem itself. */
export function problemOf(error: AppError, requestId: string): ProblemAnswer {
  const status = statusOfCode[error.code] ?? statusOfKind[error.kind];
  const headers: Record<string, string> = {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
  };
  if (error.retryAfterSeconds !== undefined) headers['retry-after'] = String(Math.ceil(error.retryAfterSeconds));
  if (error.kind === 'unauthenticated') headers['www-authenticate'] = 'Bearer';
  const body: Problem = {
    ...error.extra,
    type: `urn:pilothouse:error:${error.code}`,
    title: titles[error.kind],
    status,
    code: error.code,
    kind: error.kind,
    detail: error.message,
    requestId,
    ...(error.details.length > 0 ? { details: [...error.details] } : {}),
  };
  return { status, headers, body };
}

/** What Fastify itself refuses a request with (docs: Reference/Errors), in our codes. Anything unknown is a bug of ours. */
export function appErrorOf(error: unknown): AppError {
  if (isAppError(error)) return error;
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return appError('body_too_large', 'The body of the request is too large.');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' || code === 'FST_ERR_CTP_EMPTY_TYPE')
    return appError('media_type_unsupported', 'Send the body as application/json.');
  if (statusCode === 400 && typeof message === 'string')
    return appError('invalid_input', 'The request cannot be read.', {
      details: [{ pointer: '', code: 'unreadable', message }],
    });
  return appError('internal', 'Something went wrong on our side. The request id finds it in the log.', {
    cause: error,
  });
}
