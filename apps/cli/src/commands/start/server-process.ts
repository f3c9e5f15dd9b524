import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

export type ServerProcessOptions = {
  args: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  /** Called once with the link that signs a browser in, as soon as the server has printed it. */
  onSignInLink?(link: string): void;
  /** Hands over how to pass a signal on. */
  signals(forward: (signal: NodeJS.Signals) => void): void;
};

const serverMain = fileURLToPath(new URL('../../../../server/src/main.ts', import.meta.url));
const signInLink = /https?:\/\/\S+\/sign-in#token=\S+/;

/** Runs the server as a child until it ends; resolves with its exit code (128 and the signal's number when one ended it). */
export function runServer(options: ServerProcessOptions): Promise<number> {
  const { args, env = process.env, onSignInLink } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [serverMain, ...args], {
      env: { ...env },
      // Logs go to its standard output, what a person should read to its standard error.
      stdio: ['ignore', 'inherit', onSignInLink ? 'pipe' : 'inherit'],
    });
    let seen = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      process.stderr.write(chunk);
      if (seen.length > 100_000) return;
      const [link] = signInLink.exec(seen) ?? [];
      seen += chunk.toString('utf8');
      const [now] = signInLink.exec(seen) ?? [];
      if (now && !link) onSignInLink?.(now);
    });
    // A terminal sends Ctrl-C to the server too; it takes both for one.
    options.signals((signal) => child.kill(signal));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ? 128 + (constants.signals[signal] ?? 0) : (code ?? 1)));
  });
}
