import { type AppError, appError, type ErrorCodeName, isAppError, messageOf } from '@pilothouse/core';
import type { KubeStatus } from '@pilothouse/kube';

export type StatusCause = { reason: string; message: string; field?: string };

type StatusDetails = NonNullable<KubeStatus['details']> & { uid?: string };

/** The resource an error speaks of; the message names it as `plural.group`. */
export type ErrorSubject = { group: string; plural: string; kind: string };

function qualified(subject: { group: string; plural: string }): string {
  return subject.group === '' ? subject.plural : `${subject.plural}.${subject.group}`;
}

function make(
  code: ErrorCodeName,
  status: { code: number; reason: string; message: string; details?: StatusDetails },
): AppError {
  return appError(code, status.message, {
    extra: { kubeStatus: { ...status } },
    ...(status.details?.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: status.details.retryAfterSeconds }),
  });
}

function subjectDetails(subject: ErrorSubject, name: string, as: 'plural' | 'kind' = 'plural'): StatusDetails {
  return {
    ...(name === '' ? {} : { name }),
    ...(subject.group === '' ? {} : { group: subject.group }),
    kind: as === 'kind' ? subject.kind : subject.plural,
  };
}

/**
 * The errors of the Kubernetes API with the wording, reason and HTTP code of the API server
 * (k8s.io/apimachinery/pkg/api/errors). Each is an AppError, so that code without HTTP can treat it like any other.
 */
export const kubeError = {
  notFound: (subject: ErrorSubject, name: string) =>
    make('not_found', {
      code: 404,
      reason: 'NotFound',
      message: `${qualified(subject)} "${name}" not found`,
      details: subjectDetails(subject, name),
    }),
  noSuchResource: () =>
    make('not_found', {
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
      details: {},
    }),
  alreadyExists: (subject: ErrorSubject, name: string) =>
    make('already_exists', {
      code: 409,
      reason: 'AlreadyExists',
      message: `${qualified(subject)} "${name}" already exists`,
      details: subjectDetails(subject, name),
    }),
  conflict: (
    subject: ErrorSubject,
    name: string,
    why = 'the object has been modified; please apply your changes to the latest version and try again',
  ) =>
    make('version_conflict', {
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ${qualified(subject)} "${name}": ${why}`,
      details: subjectDetails(subject, name),
    }),
  applyConflict: (message: string, causes: readonly StatusCause[]) =>
    make('field_conflict', { code: 409, reason: 'Conflict', message, details: { causes: [...causes] } }),
  invalid: (subject: ErrorSubject, name: string, causes: readonly StatusCause[]) => {
    const lines = causes.map((cause) =>
      (cause.field ?? '') === '' ? cause.message : `${cause.field}: ${cause.message}`,
    );
    const text = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`;
    const kind = subject.group === '' ? subject.kind : `${subject.kind}.${subject.group}`;
    return make('invalid_input', {
      code: 422,
      reason: 'Invalid',
      message: `${kind} "${name}" is invalid: ${text}`,
      details: { ...subjectDetails(subject, name, 'kind'), causes: [...causes] },
    });
  },
  badRequest: (message: string) => make('invalid_input', { code: 400, reason: 'BadRequest', message }),
  unprocessable: (why: string) =>
    make('invalid_input', {
      code: 422,
      reason: 'Invalid',
      message: `the server rejected our request due to an error in our request: ${why}`,
      details: {},
    }),
  unauthorized: () => make('cluster_unauthorized', { code: 401, reason: 'Unauthorized', message: 'Unauthorized' }),
  forbidden: (subject: ErrorSubject, name: string, why: string) =>
    make('cluster_denied', {
      code: 403,
      reason: 'Forbidden',
      message:
        name === ''
          ? `${qualified(subject)} is forbidden: ${why}`
          : `${qualified(subject)} "${name}" is forbidden: ${why}`,
      details: subjectDetails(subject, name),
    }),
  forbiddenPath: (message: string) =>
    make('cluster_denied', { code: 403, reason: 'Forbidden', message: `forbidden: ${message}`, details: {} }),
  methodNotAllowed: () =>
    make('invalid_input', {
      code: 405,
      reason: 'MethodNotAllowed',
      message: 'the server does not allow this method on the requested resource',
      details: {},
    }),
  notAcceptable: (types: string) =>
    make('invalid_input', {
      code: 406,
      reason: 'NotAcceptable',
      message: `only the following media types are accepted: ${types}`,
    }),
  unsupportedMediaType: (types: string) =>
    make('invalid_input', {
      code: 415,
      reason: 'UnsupportedMediaType',
      message: `the body of the request was in an unknown format - accepted media types include: ${types}`,
    }),
  tooLarge: (limit: number) =>
    make('invalid_input', {
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: `Request entity is too large: limit is ${limit}`,
    }),
  expired: (message: string) => make('cluster_error', { code: 410, reason: 'Expired', message }),
  tooManyRequests: (message: string, retryAfterSeconds: number, causes: readonly StatusCause[] = []) =>
    make('cluster_busy', {
      code: 429,
      reason: 'TooManyRequests',
      message,
      details: { ...(causes.length === 0 ? {} : { causes: [...causes] }), retryAfterSeconds },
    }),
  futureVersion: (asked: number, current: number) =>
    make('cluster_timeout', {
      code: 504,
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
    }),
  unavailable: (message: string) => make('cluster_busy', { code: 503, reason: 'ServiceUnavailable', message }),
  internal: (message: string) =>
    make('internal', {
      code: 500,
      reason: 'InternalError',
      message: `Internal error occurred: ${message}`,
      details: { causes: [{ reason: '', message }] },
    }),
};

const codeOfKind: Record<string, { code: number; reason: string }> = {
  invalid: { code: 400, reason: 'BadRequest' },
  unauthenticated: { code: 401, reason: 'Unauthorized' },
  forbidden: { code: 403, reason: 'Forbidden' },
  'not-found': { code: 404, reason: 'NotFound' },
  conflict: { code: 409, reason: 'Conflict' },
  limited: { code: 429, reason: 'TooManyRequests' },
  unavailable: { code: 503, reason: 'ServiceUnavailable' },
  internal: { code: 500, reason: 'InternalError' },
};

/** The `Status` body of anything thrown. */
export function statusOf(error: unknown): Required<Pick<KubeStatus, 'code'>> & KubeStatus {
  const own = isAppError(error) ? (error.extra.kubeStatus as KubeStatus | undefined) : undefined;
  const general = codeOfKind[isAppError(error) ? error.kind : 'internal'] ?? { code: 500, reason: 'InternalError' };
  return {
    kind: 'Status',
    apiVersion: 'v1',
    ...({ metadata: {} } as object),
    status: 'Failure',
    message: messageOf(error),
    reason: own?.reason ?? general.reason,
    ...(own?.details === undefined ? {} : { details: own.details }),
    code: own?.code ?? general.code,
  };
}
