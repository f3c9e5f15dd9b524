import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CliIo } from './cli-io.ts';
import { dataFolder } from './data-folder.ts';

export type LocalServer = { readonly url: string; readonly token: string };

/** The server that runs on this machine in local mode: it leaves its address and a token in its data folder, for this person's eyes only. */
export function readLocalServer(env: CliIo['env']): LocalServer | undefined {
  const folder = dataFolder(env);
  const token = lineOf(join(folder, 'local-token'));
  const url = lineOf(join(folder, 'local-url'));
  return token && url ? { token, url } : undefined;
}

function lineOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
