import { setImmediate as nextTurn } from 'node:timers/promises';
import { appError } from '@pilothouse/core';
import { createScanMarks, findItems, type ScanMarks, scanObject, skipSeparators } from './object-scanner.ts';

/** What surrounds the items of a list. */
export type ListEnvelope = {
  kind?: string;
  apiVersion?: string;
  metadata?: { resourceVersion?: string; continue?: string; remainingItemCount?: number };
};

export type ListReaderOptions = {
  /** Gets each item as a range of bytes that is only valid during the call. */
  onItem(bytes: Buffer, from: number, to: number, marks: ScanMarks): void;
  /** The text before the first item, as soon as it is there: the API server puts the list's metadata into it. */
  onHead?(text: string): void;
  /** Milliseconds of work after which the event loop gets its turn (default 8). */
  slice?: number;
  /** Bytes of one item (default 16 MiB) and of all of them (default 1 GiB); more is `cluster_bad_answer`. */
  maxItem?: number;
  maxTotal?: number;
};

const blockSize = 256 * 1024;
const maxEnvelope = 1024 * 1024;
const closeBracket = 0x5d;
const openBrace = 0x7b;

/**
 * Reads a Kubernetes list from its bytes, item by item, without ever holding or parsing the whole. Returns to the event loop at
 * least every `slice` milliseconds (plus one item). Throws `cluster_bad_answer` when the bytes are no list.
 */
export async function readList(body: AsyncIterable<Uint8Array>, options: ListReaderOptions): Promise<ListEnvelope> {
  const { onItem, onHead, slice = 8, maxItem = 16 * 1024 * 1024, maxTotal = 1024 * 1024 * 1024 } = options;
  const marks = createScanMarks();
  let block: Buffer = Buffer.allocUnsafe(blockSize);
  let filled = 0;
  let total = 0;
  let head: string | undefined;
  let tail: string | undefined;
  let sliceEnd = performance.now() + slice;

  /** Hands out the complete items of the block and moves what is left to its start. */
  async function takeItems(): Promise<void> {
    let at = 0;
    if (head === undefined) {
      at = findItems(block, filled);
      if (at < 0) {
        if (filled > maxEnvelope) throw badList('its head is larger than 1 MiB');
        return;
      }
      head = block.toString('utf8', 0, at);
      onHead?.(head);
    }
    for (let count = 1; tail === undefined; count++) {
      at = skipSeparators(block, at, filled);
      if (at >= filled) break;
      if (block[at] === closeBracket) {
        tail = '';
        break;
      }
      if (block[at] !== openBrace) throw badList('an item is not an object');
      const to = scanObject(block, at, filled, marks);
      if (to < 0) break;
      onItem(block, at, to, marks);
      at = to;
      if (count % 8 === 0 && performance.now() > sliceEnd) {
        await nextTurn();
        sliceEnd = performance.now() + slice;
      }
    }
    if (tail !== undefined) {
      tail += block.toString('utf8', at, filled);
      if (tail.length > maxEnvelope) throw badList('its end is larger than 1 MiB');
      at = filled;
    }
    if (at > 0) block.copyWithin(0, at, filled);
    filled -= at;
    if (filled > maxItem) throw badList(`an item is larger than ${maxItem} bytes`);
  }

  for await (const chunk of body) {
    total += chunk.length;
    if (total > maxTotal) throw badList(`it is larger than ${maxTotal} bytes`);
    for (let offset = 0; offset < chunk.length; ) {
      const take = Math.min(chunk.length - offset, block.length - filled);
      block.set(offset === 0 && take === chunk.length ? chunk : chunk.subarray(offset, offset + take), filled);
      filled += take;
      offset += take;
      if (filled < block.length) break;
      await takeItems();
      // Doubling keeps the work linear when one item is larger than the block.
      if (filled > block.length / 2) block = Buffer.concat([block.subarray(0, filled)], block.length * 2);
    }
  }
  await takeItems();
  return parseEnvelope(head === undefined ? block.toString('utf8', 0, filled) : head + (tail ?? ''));
}

function parseEnvelope(text: string): ListEnvelope {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw badList('it is not complete JSON', error);
  }
  if (typeof parsed !== 'object' || parsed === null || !('metadata' in parsed) || !('items' in parsed)) {
    throw badList('it has no metadata or no items');
  }
  const envelope = parsed as ListEnvelope;
  if (typeof envelope.metadata !== 'object' || envelope.metadata === null) throw badList('its metadata is no object');
  return envelope;
}

function badList(why: string, cause?: unknown): Error {
  return appError('cluster_bad_answer', `The cluster's answer is not a Kubernetes list: ${why}.`, { cause });
}
