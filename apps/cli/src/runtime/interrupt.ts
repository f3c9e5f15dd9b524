import { constants } from 'node:os';

/** How the person or the system ends this process: the first signal aborts what runs, and soon ends the process unless a command has claimed the end. */
export type Interrupt = {
  readonly signal: AbortSignal;
  /** 128 and the number of the signal, once there was one. */
  readonly exitCode: number | undefined;
  /** From now on signals go to `onSignal` only, and the command ends when it sees fit, with a code of its own. */
  claim(onSignal: (signal: NodeJS.Signals) => void): void;
};

const graceMilliseconds = 1000;

export function createInterrupt(): Interrupt {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let claimed: ((signal: NodeJS.Signals) => void) | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (claimed) return claimed(signal);
      const code = 128 + (constants.signals[signal] ?? 0);
      if (exitCode !== undefined) process.exit(code);
      setTimeout(() => process.exit(code), graceMilliseconds).unref();
      exitCode = code;
      controller.abort();
    });
  }
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    claim(onSignal) {
      claimed = onSignal;
    },
  };
}

/** For programs that end by other means, like tests. */
export const neverInterrupted: Interrupt = { signal: new AbortController().signal, exitCode: undefined, claim() {} };
