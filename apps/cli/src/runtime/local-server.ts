import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliIo } from './cli-io.ts';
import { dataFolder } from './data-folder.ts';

export type LocalServer = { readonly url: string; readonly token: string };

/** The server that runs on this machine in local mode: it leaves a token in its data folder that only this person can read. */
export function readLocalServer(env: CliIo['env']): LocalServer | undefined {
  try {
    const token = readFileSync(join(dataFolder(env), 'local-token'), 'utf8').trim();
    return token === '' ? undefined : { token, url: `http://127.0.0.1:${env.PILOTHOUSE_PORT ?? '8080'}` };
  } catch {
    return undefined;
  }
}
