import { AppError, type AppErrorOptions, type ErrorKind } from './app-error.ts';

type ErrorCode = { readonly kind: ErrorKind; readonly meaning: string };

/**
 * Every stable error code with its kind and meaning. `docs/reference/errors.md` is generated from this table.
 * Add a code here before you throw it.
 */
export const errorCodes = {
  // input
  invalid_input: { kind: 'invalid', meaning: 'The request does not match its schema; `details` points at each fault.' },
  body_too_large: { kind: 'invalid', meaning: 'The body of the request is larger than the route takes.' },
  media_type_unsupported: { kind: 'invalid', meaning: 'The body of the request is not `application/json`.' },
  invalid_config: { kind: 'invalid', meaning: 'The configuration has faults; all of them are reported together.' },
  invalid_cursor: {
    kind: 'invalid',
    meaning: 'The paging cursor is malformed or belongs to another query. Start from the first page.',
  },
  invalid_selector: { kind: 'invalid', meaning: 'A label or field selector cannot be parsed.' },
  invalid_manifest: {
    kind: 'invalid',
    meaning: 'A manifest is not valid YAML or lacks apiVersion, kind or metadata.name.',
  },
  invalid_kubeconfig: { kind: 'invalid', meaning: 'The kubeconfig cannot be parsed or has no usable context.' },
  kubeconfig_refused: {
    kind: 'invalid',
    meaning: 'The kubeconfig uses a feature refused for safety (exec, auth-provider, file paths, proxy-url).',
  },
  address_refused: {
    kind: 'invalid',
    meaning: 'The server address resolves to a refused range (loopback, link-local, metadata).',
  },
  // identity
  not_signed_in: { kind: 'unauthenticated', meaning: 'No valid session or token came with the request.' },
  wrong_credentials: { kind: 'unauthenticated', meaning: 'The e-mail address or the password is wrong.' },
  session_revoked: {
    kind: 'unauthenticated',
    meaning: 'The session was revoked, or its refresh token was used twice. Sign in again.',
  },
  ticket_invalid: {
    kind: 'unauthenticated',
    meaning: 'The WebSocket ticket is unknown, used, expired, or for another path or object.',
  },
  setup_link_invalid: { kind: 'unauthenticated', meaning: 'The set-up or sign-in link is unknown, used or expired.' },
  permission_denied: {
    kind: 'forbidden',
    meaning: 'The signed-in principal lacks the permission named in `permission`.',
  },
  origin_refused: {
    kind: 'forbidden',
    meaning: 'The Origin or Host of the request is not one this server answers to.',
  },
  cluster_denied: {
    kind: 'forbidden',
    meaning: 'The cluster itself refused: its credentials lack the permission named in the message.',
  },
  // state
  not_found: { kind: 'not-found', meaning: 'Nothing of that name, or nothing you may see.' },
  already_exists: { kind: 'conflict', meaning: 'Something of that name exists.' },
  version_conflict: {
    kind: 'conflict',
    meaning: 'The object changed since you read it; `current` carries its present version.',
  },
  field_conflict: {
    kind: 'conflict',
    meaning: 'Server-side apply: other managers own fields you set; `conflicts` names each.',
  },
  gone: { kind: 'conflict', meaning: 'The version asked for is no longer kept; list again.' },
  setup_done: { kind: 'conflict', meaning: 'The installation already has an administrator.' },
  idempotency_mismatch: { kind: 'conflict', meaning: 'The Idempotency-Key was used before with another request.' },
  request_in_progress: {
    kind: 'conflict',
    meaning: 'The first request with this Idempotency-Key is still running.',
  },
  request_outcome_unknown: {
    kind: 'conflict',
    meaning:
      'The server stopped during the first request with this Idempotency-Key; see what was done, then use a new key.',
  },
  last_admin: { kind: 'conflict', meaning: 'This would leave the installation without an administrator.' },
  // limits and availability
  rate_limited: { kind: 'limited', meaning: 'Too many requests; `Retry-After` says when to try again.' },
  sign_in_throttled: { kind: 'limited', meaning: 'Too many failed sign-ins for this account or address.' },
  too_many_streams: { kind: 'limited', meaning: 'This principal has too many open streams.' },
  stream_too_slow: {
    kind: 'limited',
    meaning: 'The client did not read its stream fast enough and was disconnected; reconnect to go on.',
  },
  cluster_unreachable: {
    kind: 'unavailable',
    meaning: 'The cluster did not answer; the message has the network error.',
  },
  cluster_unauthorized: { kind: 'unavailable', meaning: 'The cluster refused our credentials (401). Rotate them.' },
  cluster_timeout: { kind: 'unavailable', meaning: 'The cluster did not answer in time.' },
  cluster_tls: {
    kind: 'unavailable',
    meaning: 'The TLS connection to the cluster failed (unknown authority, expired certificate, wrong name).',
  },
  cluster_bad_answer: {
    kind: 'unavailable',
    meaning: 'The cluster answered something that is not a Kubernetes API answer.',
  },
  cluster_busy: { kind: 'unavailable', meaning: 'The cluster asks us to slow down (429 or 503).' },
  cluster_error: {
    kind: 'unavailable',
    meaning: 'The cluster answered with an error of its own, quoted in the message.',
  },
  database_unavailable: {
    kind: 'unavailable',
    meaning: 'The database cannot be reached or refused the write (disk full, restarting).',
  },
  shutting_down: { kind: 'unavailable', meaning: 'The server is stopping.' },
  internal: { kind: 'internal', meaning: 'A fault of ours; the request id finds it in the log.' },
} as const satisfies Record<string, ErrorCode>;

export type ErrorCodeName = keyof typeof errorCodes;

/** Makes the AppError of a documented code; its kind comes from the table. */
export function appError(code: ErrorCodeName, message: string, options?: AppErrorOptions): AppError {
  return new AppError(errorCodes[code].kind, code, message, options);
}
