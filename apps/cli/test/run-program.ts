import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';

export type Finished = { code: number; stdout: string; stderr: string };

export type RunOptions = { env?: Record<string, string>; input?: string; cwd?: string };

/** A program that runs now: what it wrote so far, and its end. */
export type Running = {
  readonly child: ChildProcessWithoutNullStreams;
  readonly stdout: string;
  readonly stderr: string;
  readonly finished: Promise<Finished>;
  /** Resolves when `stdout` (or `stderr`) has the text or pattern; rejects when the program ends first. */
  prints(pattern: string | RegExp, stream?: 'stdout' | 'stderr'): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<Finished>;
};

const numberOf: Partial<Record<NodeJS.Signals, number>> = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

export function startProgram(command: string, args: readonly string[], options: RunOptions = {}): Running {
  const { PATH = '' } = process.env;
  const child = spawn(command, [...args], {
    env: { PATH, ...options.env },
    ...(options.cwd ? { cwd: options.cwd } : {}),
  });
  const wrote = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      wrote[stream] += text;
      for (const look of [...waiting]) look();
    });
  }
  child.stdin.on('error', () => {});
  if (options.input !== undefined) child.stdin.end(options.input);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128 + (numberOf[signal ?? 'SIGKILL'] ?? 0), ...wrote }),
    );
  });
  return {
    child,
    get stdout() {
      return wrote.stdout;
    },
    get stderr() {
      return wrote.stderr;
    },
    finished,
    prints(pattern, stream = 'stdout') {
      const found = () => (typeof pattern === 'string' ? wrote[stream].includes(pattern) : pattern.test(wrote[stream]));
      return new Promise((resolve, reject) => {
        const look = () => {
          if (!found()) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void finished.then((end) => {
          if (!found())
            reject(new Error(`it ended (${end.code}) before it printed ${pattern}:\n${end.stdout}\n${end.stderr}`));
        });
      });
    },
    stop(signal = 'SIGTERM') {
      child.kill(signal);
      return finished;
    },
  };
}

export function runProgram(command: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  return startProgram(command, args, { input: '', ...options }).finished;
}
