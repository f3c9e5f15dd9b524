import { appError } from '@pilothouse/core';
import { splitLines } from '../json/line-splitter.ts';
import { adoptObject, objectText, parseObject } from '../json/object-parser.ts';
import { createScanMarks, scanObject } from '../json/object-scanner.ts';
import type { WatchEvent } from '../kube-client.ts';
import type { KubeObject, KubeStatus } from '../kube-object.ts';
import { statusError } from './cluster-error.ts';

/** One event of a watch; etcd refuses objects over 1.5 MiB by default, aggregated APIs may not. */
const maxEvent = 32 * 1024 * 1024;
const head = /^\{"type":"(ADDED|MODIFIED|DELETED)","object":\{/;
const longestHead = 40;

/**
 * The events of a watch's bytes, in order. An ERROR event is thrown as its AppError (`gone` for 410); unknown types are skipped.
 * With `trim`, managedFields and the last-applied annotation are left out without being parsed.
 */
export async function* watchEvents(
  body: AsyncIterable<Uint8Array>,
  options: { trim?: boolean } = {},
): AsyncGenerator<WatchEvent> {
  const marks = createScanMarks();
  for await (const line of splitLines(body, maxEvent)) {
    const type = head.exec(line.toString('latin1', 0, longestHead));
    if (type) {
      const from = type[0].length - 1;
      const to = scanObject(line, from, line.length, marks);
      if (to < 0) throw badEvent();
      if (!options.trim) marks.cuts.length = 0;
      const object = parseObject(objectText(line, from, to, marks), marks.depth);
      yield { type: type[1] as 'ADDED' | 'MODIFIED' | 'DELETED', object };
    } else {
      const event = parseOtherEvent(line);
      if (event) yield event;
    }
  }
}

function parseOtherEvent(line: Buffer): WatchEvent | undefined {
  const text = line.toString('utf8').trim();
  if (text === '') return undefined;
  let event: { type?: unknown; object?: unknown } | null;
  try {
    event = JSON.parse(text) as typeof event;
  } catch (error) {
    throw badEvent(error);
  }
  if (typeof event !== 'object' || event === null || typeof event.object !== 'object' || event.object === null) {
    throw badEvent();
  }
  switch (event.type) {
    case 'BOOKMARK': {
      const version = (event.object as Partial<KubeObject>).metadata?.resourceVersion;
      return typeof version === 'string' ? { type: 'BOOKMARK', resourceVersion: version } : undefined;
    }
    case 'ERROR':
      throw statusError(event.object as KubeStatus);
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: adoptObject(event.object, Number.POSITIVE_INFINITY) };
    default:
      return undefined;
  }
}

function badEvent(cause?: unknown): Error {
  return appError('cluster_bad_answer', 'The cluster sent a watch event that is not one.', { cause });
}
