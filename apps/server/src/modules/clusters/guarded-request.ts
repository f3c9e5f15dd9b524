import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { appError, messageOf } from '@pilothouse/core';
import { type AddressPolicy, checkedLookup, checkLiteralHost } from '@pilothouse/kube';
import type { GuardedRequest } from './oidc-token-source.ts';

const deadline = 10_000;
const longestAnswer = 256 * 1024;

/** Requests to an identity provider under the same address policy as to clusters: checked, pinned, small, quick, and never redirected. */
export function createGuardedRequest(addresses: AddressPolicy): GuardedRequest {
  return (address, init) =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(appErrorOf(error, address));
      let url: URL;
      try {
        url = new URL(address);
        if (url.protocol !== 'https:' && !(url.protocol === 'http:' && addresses === 'any'))
          throw appError('cluster_unauthorized', 'The identity provider must be reached over https.');
        checkLiteralHost(url.hostname, addresses);
      } catch (error) {
        return fail(error);
      }
      const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const request = send(
        url,
        {
          method: init.method,
          headers: init.headers,
          lookup: checkedLookup(addresses),
          signal: AbortSignal.timeout(deadline),
          agent: false,
        },
        (response) => {
          const chunks: Buffer[] = [];
          let length = 0;
          response.on('data', (chunk: Buffer) => {
            chunks.push(chunk);
            length += chunk.length;
            if (length > longestAnswer)
              response.destroy(appError('cluster_unauthorized', 'The answer of the identity provider is too long.'));
          });
          response.on('error', fail);
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') }),
          );
        },
      );
      request.on('error', fail);
      request.end(init.body);
    });
}

function appErrorOf(error: unknown, address: string): unknown {
  if (error instanceof Error && error.name === 'AppError') return error;
  const host = URL.canParse(address) ? new URL(address).host : 'the identity provider';
  return appError('cluster_unreachable', `${host} cannot be reached for a token: ${messageOf(error)}`, {
    cause: error,
  });
}
