import { appError } from '@pilothouse/core';
import type { KubeObject } from '../kube-object.ts';
import { dropIllTyped } from './metadata-check.ts';
import type { ScanMarks } from './object-scanner.ts';

/** Deeper content is replaced by a marker: nothing of Kubernetes nests so far, and walking it could exhaust the stack. */
const maxDepth = 200;
const tooDeep = '[nested too deeply]';

/**
 * The text of a scanned object without its cuts. `typeFields` (`"apiVersion":…,"kind":…`) is put first; fields of the object win.
 * Moves bytes within the range to close the gaps, so it can be asked once.
 */
export function objectText(bytes: Buffer, from: number, to: number, marks: ScanMarks, typeFields?: Buffer): string {
  let start = closeGaps(bytes, from, to, marks.cuts);
  if (!typeFields || isEmptyObject(bytes, start + 1, to)) return bytes.toString('utf8', start, to);
  const needed = typeFields.length + 1;
  // Without room in front, left by a cut, two texts are put together instead.
  if (start - needed < from) return `{${typeFields.toString('utf8')},${bytes.toString('utf8', start + 1, to)}`;
  bytes[start] = comma;
  start -= needed;
  bytes.set(typeFields, start + 1);
  bytes[start] = openBrace;
  return bytes.toString('utf8', start, to);
}

const comma = 0x2c;
const openBrace = 0x7b;

/** Moves what stands before the last cut to the right, over the cuts, and returns where the object now begins. */
function closeGaps(bytes: Buffer, from: number, to: number, cuts: readonly number[]): number {
  if (cuts.length === 0) return from;
  let start = cuts.at(-1) ?? to;
  for (let index = cuts.length - 2; index >= 0; index -= 2) {
    const keptFrom = cuts[index - 1] ?? from;
    const keptTo = cuts[index] ?? keptFrom;
    start -= keptTo - keptFrom;
    bytes.copyWithin(start, keptFrom, keptTo);
  }
  return start;
}

function isEmptyObject(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) > 0x20) return bytes[at] === 0x7d;
  return true;
}

/**
 * The object of a text. Throws `cluster_bad_answer` unless it is one with a name; fields of metadata that have another type than
 * Kubernetes gives them are dropped, so that no reader trips over them.
 */
export function parseObject(text: string, depth: number): KubeObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    throw appError('cluster_bad_answer', 'The cluster sent an object that is not JSON.', { cause: error });
  }
  return adoptObject(parsed, depth);
}

/** As parseObject, for JSON that is parsed already; `depth` Infinity when it is not known. */
export function adoptObject(parsed: unknown, depth: number): KubeObject {
  const object = parsed as KubeObject;
  const metadata: unknown = object?.metadata;
  if (typeof metadata !== 'object' || metadata === null || typeof object.metadata.name !== 'string') {
    throw appError('cluster_bad_answer', 'The cluster sent an object without metadata.name.');
  }
  dropIllTyped(object.metadata);
  if (depth > maxDepth) prune(object);
  return object;
}

/** Replaces what nests deeper than the limit, without recursion. */
function prune(root: object): void {
  const open: { value: Record<string, unknown>; depth: number }[] = [
    { value: root as Record<string, unknown>, depth: 1 },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    for (const key of Object.keys(value)) {
      const child = value[key];
      if (typeof child !== 'object' || child === null) continue;
      if (depth >= maxDepth) value[key] = tooDeep;
      else open.push({ value: child as Record<string, unknown>, depth: depth + 1 });
    }
  }
}
