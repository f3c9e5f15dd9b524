import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { messageOf } from '@pilothouse/core';
import { invalidKubeconfig, parseKubeconfigDocument } from './kubeconfig-document.ts';
import { type Kubeconfig, type KubeconfigSource, readKubeconfig } from './parse-kubeconfig.ts';

/** The files kubectl would read: those of `KUBECONFIG`, else `~/.kube/config`. */
export function localKubeconfigPaths(environment: NodeJS.ProcessEnv = process.env): string[] {
  const listed = (environment.KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  return listed.length > 0 ? [...new Set(listed)] : [join(homedir(), '.kube', 'config')];
}

/**
 * The local user's own kubeconfig, merged from several files as kubectl does; missing files are skipped. Undefined when there is
 * none. Throws `invalid_kubeconfig` for a file that is there and cannot be used.
 */
export function loadLocalKubeconfig(paths: readonly string[] = localKubeconfigPaths()): Kubeconfig | undefined {
  const sources: KubeconfigSource[] = [];
  for (const path of paths) {
    const text = readIfThere(path);
    if (text === undefined || text.trim() === '') continue;
    sources.push({ document: parseKubeconfigDocument(text), directory: dirname(resolve(path)) });
  }
  return sources.length === 0 ? undefined : readKubeconfig(sources, 'local');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw invalidKubeconfig(`${path}: ${messageOf(error)}.`, [], error);
  }
}
