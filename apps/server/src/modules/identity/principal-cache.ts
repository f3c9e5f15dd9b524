import { appError, type Clock } from '@pilothouse/core';
import type { Grant, Principal } from '../../platform/http/principal.ts';

/** What a session or a personal token stands for, as the database has it now. Grants that have run out are left out. */
export type Credential = Omit<Principal, 'accessEnd'> & {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
};

/** Names a credential over both tables. */
export type CredentialKey = `session/${string}` | `token/${string}`;

export type CredentialSource = {
  /** Which credential a stored token hash belongs to, and until when the token itself is good. */
  keyOfTokenHash(hash: string): Promise<{ key: CredentialKey; expiresAt: number | undefined } | undefined>;
  /** Those of the credentials that are good at this moment. */
  loadCredentials(keys: readonly CredentialKey[]): Promise<ReadonlyMap<CredentialKey, Credential>>;
};

export type CredentialUse = { readonly key: CredentialKey; readonly userId: string; readonly usedAt: number };

/** Remembers who is who, so that most requests are authenticated without asking the database. */
export type PrincipalCache = {
  /** Without a promise when it is known; undefined when no such token is good. */
  byTokenHash(hash: string): Principal | undefined | Promise<Principal | undefined>;
  byKey(key: CredentialKey): Principal | undefined | Promise<Principal | undefined>;
  /**
   * Call it after the commit of anything that changes what a user may do. From this call on nothing old is answered; when the
   * promise resolves, the streams of a user whose access changed have been told to end. Rejects when the database cannot be asked; the sweep tries again.
   */
  userChanged(userId: string): Promise<void>;
  /** Ends what the clock has ended, asks the database again about old answers that streams rely on, forgets what nobody uses. */
  sweep(): Promise<void>;
  /** Credentials used since the last call. */
  takeUses(): CredentialUse[];
  readonly size: number;
};

/** The life of one principal. `signal` makes it held: from then on it is kept and watched until its access ends. */
type Access = { controller: AbortController | undefined; over: boolean };

type Entry = {
  readonly key: CredentialKey;
  credential: Credential;
  principal: Principal;
  access: Access;
  /** When the database was asked; -Infinity: something changed since. */
  checkedAt: number;
  usedAt: number;
  usedSinceTaken: boolean;
};

export type PrincipalCacheOptions = {
  source: CredentialSource;
  clock: Clock;
  /** Milliseconds an answer is good without a word from the event log (default 30,000): the bound when a doorbell gets lost. */
  freshFor?: number;
  /** Milliseconds after which an unused entry is forgotten (default 15 minutes). */
  keepUnusedFor?: number;
};

const never = Number.NEGATIVE_INFINITY;
const keysPerQuery = 500;

export function createPrincipalCache(options: PrincipalCacheOptions): PrincipalCache {
  const { source, clock, freshFor = 30_000, keepUnusedFor = 15 * 60_000 } = options;
  const entries = new Map<CredentialKey, Entry>();
  const tokens = new Map<string, { readonly key: CredentialKey; readonly expiresAt: number | undefined }>();
  /** Goes up with every change: what was read before a change is never remembered as fresh after it. */
  let epoch = 0;

  function signalOf(key: CredentialKey, access: Access): AbortSignal {
    if (!access.controller) {
      access.controller = new AbortController();
      if (access.over) access.controller.abort(accessChanged());
      // Something changed between the start of this request and now; a stream must not wait for the sweep to learn it.
      else if (entries.get(key)?.checkedAt === never) void load([key]).catch(() => {});
    }
    return access.controller.signal;
  }

  function createPrincipal(key: CredentialKey, credential: Credential): Pick<Entry, 'principal' | 'access'> {
    const { expiresAt: _, ...facts } = credential;
    const access: Access = { controller: undefined, over: false };
    const principal = {
      ...facts,
      get accessEnd() {
        return signalOf(key, access);
      },
    };
    return { principal, access };
  }

  function endAccess({ access }: Entry): void {
    access.over = true;
    access.controller?.abort(accessChanged());
  }

  function forget(entry: Entry): void {
    entries.delete(entry.key);
    endAccess(entry);
  }

  /** Takes in what the database says. A principal that did not change stays the same object, and its streams go on. */
  function takeIn(key: CredentialKey, credential: Credential | undefined, readIn: number): Entry | undefined {
    const known = entries.get(key);
    if (!credential || hasEnded(credential, clock.now())) {
      if (known) forget(known);
      return undefined;
    }
    const checkedAt = readIn === epoch ? clock.now() : never;
    if (known && isSameAccess(known.credential, credential)) {
      known.credential = credential;
      known.checkedAt = checkedAt;
      return known;
    }
    if (known) endAccess(known);
    const entry: Entry = {
      ...createPrincipal(key, credential),
      key,
      credential,
      checkedAt,
      usedAt: known?.usedAt ?? clock.now(),
      usedSinceTaken: known?.usedSinceTaken ?? false,
    };
    entries.set(key, entry);
    return entry;
  }

  async function load(keys: readonly CredentialKey[]): Promise<void> {
    const readIn = epoch;
    const found = await source.loadCredentials(keys);
    for (const key of keys) takeIn(key, found.get(key), readIn);
  }

  function use(entry: Entry, now: number): Principal {
    entry.usedAt = now;
    entry.usedSinceTaken = true;
    return entry.principal;
  }

  function fresh(key: CredentialKey, now: number): Principal | undefined {
    const entry = entries.get(key);
    if (!entry || now - entry.checkedAt >= freshFor || hasEnded(entry.credential, now)) return undefined;
    return use(entry, now);
  }

  async function loadOne(key: CredentialKey): Promise<Principal | undefined> {
    const readIn = epoch;
    const found = await source.loadCredentials([key]);
    const entry = takeIn(key, found.get(key), readIn);
    return entry && use(entry, clock.now());
  }

  async function lookUpToken(hash: string): Promise<Principal | undefined> {
    const token = await source.keyOfTokenHash(hash);
    if (!token || (token.expiresAt !== undefined && token.expiresAt <= clock.now())) return undefined;
    const principal = await loadOne(token.key);
    if (principal) tokens.set(hash, token);
    return principal;
  }

  function needsLook(entry: Entry, now: number): boolean {
    return now - entry.checkedAt >= freshFor || grantEnded(entry.credential, now);
  }

  return {
    byTokenHash(hash) {
      const token = tokens.get(hash);
      if (!token) return lookUpToken(hash);
      const now = clock.now();
      if (token.expiresAt !== undefined && token.expiresAt <= now) {
        tokens.delete(hash);
        return undefined;
      }
      return fresh(token.key, now) ?? loadOne(token.key);
    },
    byKey(key) {
      return fresh(key, clock.now()) ?? loadOne(key);
    },
    async userChanged(userId) {
      epoch += 1;
      const ofUser = [...entries.values()].filter((entry) => entry.credential.userId === userId);
      for (const entry of ofUser) entry.checkedAt = never;
      const held = ofUser.filter((entry) => entry.access.controller).map((entry) => entry.key);
      if (held.length > 0) await load(held);
    },
    async sweep() {
      const now = clock.now();
      const doubtful: CredentialKey[] = [];
      for (const entry of [...entries.values()]) {
        const isHeld = entry.access.controller !== undefined;
        const isIdle = !isHeld && !entry.usedSinceTaken && now - entry.usedAt > keepUnusedFor;
        if (hasEnded(entry.credential, now) || isIdle) forget(entry);
        else if (isHeld && needsLook(entry, now)) doubtful.push(entry.key);
      }
      for (const [hash, token] of tokens) {
        if (!entries.has(token.key) || (token.expiresAt !== undefined && token.expiresAt <= now)) tokens.delete(hash);
      }
      for (let from = 0; from < doubtful.length; from += keysPerQuery) {
        await load(doubtful.slice(from, from + keysPerQuery));
      }
    },
    takeUses() {
      const used = [...entries.values()].filter((entry) => entry.usedSinceTaken);
      for (const entry of used) entry.usedSinceTaken = false;
      return used.map(({ key, usedAt, credential }) => ({ key, usedAt, userId: credential.userId }));
    },
    get size() {
      return entries.size;
    },
  };
}

function accessChanged(): Error {
  return appError('session_revoked', 'Your access has changed or ended. Connect again.');
}

function hasEnded(credential: Credential, now: number): boolean {
  return credential.expiresAt !== undefined && credential.expiresAt <= now;
}

function grantEnded({ grants }: Credential, now: number): boolean {
  return grants.some(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now);
}

function isSameAccess(one: Credential, other: Credential): boolean {
  return accessText(one) === accessText(other);
}

function accessText({ kind, userId, email, name, scope, grants }: Credential): string {
  return JSON.stringify([kind, userId, email, name, scope, grants.map(grantText).sort()]);
}

function grantText({ role, clusterId, namespaces, expiresAt }: Grant): string {
  return JSON.stringify([role, clusterId ?? null, namespaces ?? null, expiresAt ?? null]);
}
