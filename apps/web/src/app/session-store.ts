import type { Session } from '@pilothouse/contract';

export type SessionState = { status: 'unknown' } | { status: 'signed-out' } | { status: 'signed-in'; session: Session };

/** What other tabs of this browser tell each other. */
export type SessionMessage = { type: 'signed-in'; session: Session } | { type: 'signed-out' };
export type SessionChannel = {
  post(message: SessionMessage): void;
  listen(receive: (message: SessionMessage) => void): void;
};
/** Runs one task at a time over all tabs: the refresh cookie is rotated, and one that is used twice ends the session. */
export type TabLock = <T>(task: () => Promise<T>) => Promise<T>;

export type SessionStoreOptions = {
  /** Asks the server for a new session by cookie; undefined when there is none any more. Rejects when the server does not answer. */
  refresh(): Promise<Session | undefined>;
  channel: SessionChannel;
  lock: TabLock;
  now?: () => number;
};

export type SessionStore = {
  current(): SessionState;
  subscribe(listener: () => void): () => void;
  /** Settles `unknown` into one of the other two. */
  ready(): Promise<SessionState>;
  /** A token that is good for some seconds yet; `refresh` when the server refused the last one. */
  accessToken(options: { refresh: boolean }): Promise<string | undefined>;
  adopt(session: Session): void;
  drop(): void;
};

/** Renewed this long before it ends, so that no request is sent with a token that expires on its way. */
const margin = 15_000;

/** Keeps the access token in memory only; the refresh token is in an HttpOnly cookie that scripts cannot read. */
export function createSessionStore(options: SessionStoreOptions): SessionStore {
  const { refresh, channel, lock, now = Date.now } = options;
  const listeners = new Set<() => void>();
  let state: SessionState = { status: 'unknown' };
  let renewedAt = Number.NEGATIVE_INFINITY;
  let underway: Promise<string | undefined> | undefined;

  function set(next: SessionState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function goodToken(): string | undefined {
    if (state.status !== 'signed-in') return undefined;
    return Date.parse(state.session.expiresAt) - margin > now() ? state.session.accessToken : undefined;
  }

  channel.listen((message) => {
    set(message.type === 'signed-in' ? { status: 'signed-in', session: message.session } : { status: 'signed-out' });
  });

  async function renew(refused: string | undefined): Promise<string | undefined> {
    return lock(async () => {
      // Another tab may have renewed it while this one waited for its turn.
      const token = goodToken();
      if (token !== undefined && token !== refused) return token;
      const session = await refresh();
      if (!session) {
        if (state.status !== 'signed-out') set({ status: 'signed-out' });
        return undefined;
      }
      renewedAt = now();
      set({ status: 'signed-in', session });
      channel.post({ type: 'signed-in', session });
      return session.accessToken;
    });
  }

  function renewOnce(refused: string | undefined): Promise<string | undefined> {
    underway ??= renew(refused).finally(() => {
      underway = undefined;
    });
    return underway;
  }

  return {
    current: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async ready() {
      if (state.status === 'unknown') await renewOnce(undefined);
      return state;
    },
    async accessToken({ refresh: refused }) {
      if (state.status === 'signed-out') return undefined;
      const token = goodToken();
      // A request that was refused with the token before this one only needs to be sent again.
      if (token !== undefined && (!refused || now() - renewedAt < 2000)) return token;
      return renewOnce(refused ? token : undefined);
    },
    adopt(session) {
      set({ status: 'signed-in', session });
      channel.post({ type: 'signed-in', session });
    },
    drop() {
      set({ status: 'signed-out' });
      channel.post({ type: 'signed-out' });
    },
  };
}
