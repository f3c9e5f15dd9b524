export type ItemState = { state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled'; error?: string };

export type RunEachOptions = {
  signal: AbortSignal;
  onChange(states: readonly ItemState[]): void;
  messageOf(error: unknown): string;
  /** How many at once; a cluster's API server is shared with others. */
  atOnce?: number;
};

/** Does one thing to each item, a few at a time, and tells how each went. One that fails never stops the others. */
export async function runEach<T>(
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
  options: RunEachOptions,
): Promise<void> {
  const { signal, onChange, messageOf, atOnce = 4 } = options;
  const states: ItemState[] = items.map(() => ({ state: 'waiting' }));
  let next = 0;
  const set = (index: number, state: ItemState) => {
    states[index] = state;
    onChange([...states]);
  };
  onChange([...states]);
  const work = async () => {
    for (let index = next; index < items.length; index = next) {
      next += 1;
      if (signal.aborted) {
        set(index, { state: 'cancelled' });
        continue;
      }
      set(index, { state: 'running' });
      try {
        await act(items[index] as T);
        set(index, { state: 'done' });
      } catch (error) {
        set(index, signal.aborted ? { state: 'cancelled' } : { state: 'failed', error: messageOf(error) });
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
}
