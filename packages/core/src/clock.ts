/** Where time comes from, so that tests can move it. `now` is milliseconds since the Unix epoch. */
export type Clock = {
  now(): number;
  /** Resolves after `milliseconds`, or rejects with the signal's reason when it aborts first. Does not keep the process alive by itself alone. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep(milliseconds, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, milliseconds);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};
