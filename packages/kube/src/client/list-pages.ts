import { type AppError, isAppError } from '@pilothouse/core';
import { readList } from '../json/list-reader.ts';
import { objectText, parseObject } from '../json/object-parser.ts';
import type { KubeClient, ListOptions, ListPage } from '../kube-client.ts';
import type { KubeObject } from '../kube-object.ts';
import { apiVersionOf, type ResourceType } from '../resource-type.ts';
import { collectionPath, withQuery } from './resource-path.ts';

/** How often one iteration starts over because the list expired between two pages. */
const maxRestarts = 3;

/** All pages of a list in order, as the objects are served. See KubeClient.list. */
export async function* listPages(
  client: Pick<KubeClient, 'getStream'>,
  type: ResourceType,
  options: ListOptions = {},
): AsyncGenerator<ListPage & { restarted?: true }> {
  const { namespace, labelSelector, fieldSelector, limit = 500, signal } = options;
  let next: string | undefined;
  let restarts = 0;
  let restarted = false;
  do {
    const path = withQuery(collectionPath(type, namespace), { labelSelector, fieldSelector, limit, continue: next });
    try {
      const { page, token } = await readPage(client, type, path, signal);
      yield restarted ? { ...page, restarted: true } : page;
      restarted = false;
      next = token;
    } catch (error) {
      if (!next || !isExpired(error) || restarts++ >= maxRestarts) throw error;
      next = undefined;
      restarted = true;
    }
  } while (next || restarted);
}

async function readPage(
  client: Pick<KubeClient, 'getStream'>,
  type: ResourceType,
  path: string,
  signal: AbortSignal | undefined,
): Promise<{ page: ListPage; token: string | undefined }> {
  const items: KubeObject[] = [];
  const typeFields = typeFieldsOf(type);
  const body = await client.getStream(path, { bulk: true, ...(signal ? { signal } : {}) });
  const { metadata } = await readList(body, {
    onItem(bytes, from, to, marks) {
      marks.cuts.length = 0;
      items.push(parseObject(objectText(bytes, from, to, marks, typeFields), marks.depth));
    },
  });
  const page: ListPage = { items, resourceVersion: metadata?.resourceVersion ?? '' };
  if (typeof metadata?.remainingItemCount === 'number') page.remaining = metadata.remainingItemCount;
  return { page, token: metadata?.continue || undefined };
}

/** The members that the items of a typed list leave out. */
export function typeFieldsOf(type: ResourceType): Buffer {
  return Buffer.from(`"apiVersion":${JSON.stringify(apiVersionOf(type))},"kind":${JSON.stringify(type.kind)}`);
}

export function isExpired(error: unknown): error is AppError {
  return isAppError(error) && error.code === 'gone';
}
