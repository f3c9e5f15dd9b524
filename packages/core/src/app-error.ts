/** The eight kinds of failure. Every surface maps them once: HTTP in the server, exit codes in the CLI. */
export const errorKinds = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not-found',
  'conflict',
  'limited',
  'unavailable',
  'internal',
] as const;

export type ErrorKind = (typeof errorKinds)[number];

/** One fault inside an invalid input. `pointer` is an RFC 6901 JSON pointer into the body, or `?name` for a query parameter. */
export type ErrorDetail = { pointer: string; code: string; message: string };

export type AppErrorOptions = {
  details?: readonly ErrorDetail[];
  cause?: unknown;
  /** Seconds after which trying again makes sense (HTTP Retry-After). */
  retryAfterSeconds?: number;
  /** Facts for the reader of the error, safe to show: never a secret. Sent as members of the problem document. */
  extra?: Readonly<Record<string, unknown>>;
};

/**
 * The one error type that crosses rooms. `code` is stable and documented in the table of codes (`error-codes.ts`);
 * `message` is fit for a user: what failed and what to do next. Anything else thrown is a bug and shows as `internal`.
 */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: readonly ErrorDetail[];
  readonly retryAfterSeconds: number | undefined;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(kind: ErrorKind, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.details = options.details ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.extra = options.extra ?? {};
  }
}

/** True for an AppError, also one from another copy of this package. */
export function isAppError(error: unknown): error is AppError {
  return error instanceof Error && error.name === 'AppError' && 'kind' in error && 'code' in error;
}

/** The message of anything thrown, for a log line or a cause shown to a person. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
