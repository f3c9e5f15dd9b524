import type { Readable } from 'node:stream';
import type { KubeObject } from './kube-object.ts';
import type { ResourceType } from './resource-type.ts';

/** Credentials of one identity on one cluster. All material is inline; nothing here refers to a file. */
export type ClusterCredentials =
  | { type: 'none' }
  | { type: 'token'; token: string }
  | { type: 'client-certificate'; certificate: string; key: string }
  | { type: 'basic'; username: string; password: string }
  /** Fetches a bearer token when needed and again after a 401 (OIDC refresh, exec plugin of a local user, in-cluster file). */
  | { type: 'token-source'; token(options: { refresh: boolean }): Promise<string> };

/** How one cluster is reached. PEM texts, not paths. */
export type ClusterConnection = {
  /** `https://host:port[/prefix]` */
  server: string;
  certificateAuthority?: string;
  tlsServerName?: string;
  insecureSkipTlsVerify?: boolean;
  credentials: ClusterCredentials;
  impersonate?: { user: string; groups: readonly string[]; uid?: string };
  /** Which addresses the server name may resolve to; checked and pinned on each connection. */
  addresses: AddressPolicy;
};

/** `public`: refuses loopback, link-local, metadata, unspecified and multicast addresses (RFC 6890); `any`: an admin or a local user allowed them. */
export type AddressPolicy = 'public' | 'any';

export type ObjectRef = { type: ResourceType; namespace?: string; name: string };

export type ListOptions = {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects per page (default 500). */
  limit?: number;
  signal?: AbortSignal;
};

export type ListPage = { items: KubeObject[]; resourceVersion: string; remaining?: number };

export type WatchOptions = {
  namespace?: string;
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion: string;
  signal?: AbortSignal;
};

export type WatchEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED'; object: KubeObject }
  | { type: 'BOOKMARK'; resourceVersion: string };

export type ApplyOptions = {
  fieldManager: string;
  force?: boolean;
  dryRun?: boolean;
  signal?: AbortSignal;
  onWarning?: (text: string) => void;
};

export type DeleteOptions = {
  propagationPolicy?: 'Foreground' | 'Background' | 'Orphan';
  gracePeriodSeconds?: number;
  preconditions?: { uid?: string; resourceVersion?: string };
  dryRun?: boolean;
};

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

export type LogOptions = {
  namespace: string;
  pod: string;
  container?: string;
  follow?: boolean;
  previous?: boolean;
  timestamps?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  /** RFC 3339 */
  sinceTime?: string;
  limitBytes?: number;
  signal?: AbortSignal;
};

export type ExecOptions = {
  namespace: string;
  pod: string;
  container?: string;
  command: readonly string[];
  tty: boolean;
  stdin: boolean;
  signal?: AbortSignal;
};

/** A running exec over WebSocket (`v5.channel.k8s.io`, falling back to v4). */
export type ExecSession = {
  /** stdout (and the terminal, with a tty). Reading slowly holds the cluster's side back. */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the cluster side has room again. */
  write(data: Uint8Array): Promise<void>;
  /** Ends standard input (v5 only; on v4 it closes the session). */
  endInput(): void;
  resize(columns: number, rows: number): void;
  /** The exit of the command: code 0 is success; `message` carries the cluster's words for anything else. */
  readonly exit: Promise<{ code: number; message?: string }>;
  close(): void;
};

export type AccessReview = {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace?: string;
  name?: string;
};

/**
 * One connection pool to one cluster. Every method rejects with an AppError: `not_found`, `already_exists`,
 * `version_conflict`, `field_conflict` (extra.conflicts), `cluster_denied`, `cluster_unauthorized`, `cluster_unreachable`,
 * `cluster_timeout`, `cluster_tls`, `cluster_bad_answer`, `cluster_busy`, `invalid_input` (the cluster's own words and causes),
 * `cluster_error`. Redirects are never followed. Nothing is retried but a 401 with a token source (once).
 */
export type KubeClient = {
  readonly connection: ClusterConnection;
  /** The parsed JSON answer of any GET; `path` starts with `/`. */
  getJson<T = unknown>(path: string, options?: { signal?: AbortSignal; accept?: string; timeout?: number }): Promise<T>;
  getText(path: string, options?: { signal?: AbortSignal; timeout?: number }): Promise<string>;
  /**
   * The bytes of any GET, unread. `timeout` bounds the wait for the answer's head, `idleTimeout` (0: none) the wait between bytes;
   * the stream fails with the same AppErrors as the methods below. `bulk` allows the answer to be compressed on the way.
   */
  getStream(
    path: string,
    options?: { signal?: AbortSignal; accept?: string; timeout?: number; idleTimeout?: number; bulk?: boolean },
  ): Promise<Readable>;
  get(ref: ObjectRef): Promise<KubeObject>;
  /** All pages in order; a list that expires midway (410) starts again from a fresh first page inside the same iteration, marked by `restarted`. */
  list(type: ResourceType, options?: ListOptions): AsyncIterable<ListPage & { restarted?: true }>;
  /** Ends normally when the server closes the watch; throws `gone` as an AppError with extra.status 410 when the version is too old. */
  watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent>;
  create(
    type: ResourceType,
    object: KubeObject,
    options?: { dryRun?: boolean; fieldManager?: string },
  ): Promise<KubeObject>;
  replace(
    type: ResourceType,
    object: KubeObject,
    options?: { dryRun?: boolean; fieldManager?: string; subresource?: string },
  ): Promise<KubeObject>;
  patch(
    ref: ObjectRef,
    patch: { type: PatchType; body: unknown },
    options?: { dryRun?: boolean; fieldManager?: string; force?: boolean; subresource?: string },
  ): Promise<KubeObject>;
  /** Server-side apply of one whole object. */
  apply(type: ResourceType, object: KubeObject, options: ApplyOptions): Promise<KubeObject>;
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<KubeObject | undefined>;
  scale(ref: ObjectRef, replicas: number, options?: { dryRun?: boolean }): Promise<{ replicas: number }>;
  logs(options: LogOptions): Promise<Readable>;
  exec(options: ExecOptions): Promise<ExecSession>;
  /** SelfSubjectAccessReview. */
  canI(review: AccessReview): Promise<{ allowed: boolean; reason?: string }>;
  /** SelfSubjectRulesReview of one namespace. */
  rules(namespace: string): Promise<{
    incomplete: boolean;
    resourceRules: { verbs: string[]; apiGroups: string[]; resources: string[]; resourceNames?: string[] }[];
  }>;
  version(): Promise<{ gitVersion: string; major: string; minor: string; platform?: string }>;
  close(): Promise<void>;
};
