import { readFile } from 'node:fs/promises';
import { appError, messageOf } from '@pilothouse/core';
import type { ClusterCredentials } from '../kube-client.ts';

/** The kubelet rewrites a projected token at 80 % of its life; a minute is what client-go keeps one. */
const keep = 60_000;

/** A bearer token that stands in a file and changes there, such as a pod's service-account token. */
export function tokenFileCredentials(path: string): ClusterCredentials {
  let held: { token: string; at: number } | undefined;
  return {
    type: 'token-source',
    async token({ refresh }) {
      if (held && !refresh && Date.now() - held.at < keep) return held.token;
      let token: string;
      try {
        token = (await readFile(path, 'utf8')).trim();
      } catch (error) {
        throw appError('cluster_unauthorized', `The token file ${path} cannot be read: ${messageOf(error)}.`, {
          cause: error,
        });
      }
      if (token === '') throw appError('cluster_unauthorized', `The token file ${path} is empty.`);
      held = { token, at: Date.now() };
      return token;
    },
  };
}
