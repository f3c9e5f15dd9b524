type Reach = { ok: boolean; since: string };

const listeners = new Set<() => void>();
let reach: Reach = { ok: true, since: new Date().toISOString() };

function set(ok: boolean): void {
  if (reach.ok === ok) return;
  reach = { ok, since: new Date().toISOString() };
  for (const listener of listeners) listener();
}

/** Whether the last request got an answer at all; what the top bar shows. */
export const serverReach = {
  current: () => reach,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  reached: () => set(true),
  missed: () => set(false),
};
