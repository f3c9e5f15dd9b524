const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

const metadataKey = Buffer.from('metadata');
const annotationsKey = Buffer.from('annotations');
const managedFieldsKey = Buffer.from('managedFields');
const lastAppliedKey = Buffer.from('kubectl.kubernetes.io/last-applied-configuration');

/** What one scan found besides the end: ranges to leave out (start, end, start, end …) and how deep the value nests. */
export type ScanMarks = { cuts: number[]; depth: number };

export function createScanMarks(): ScanMarks {
  return { cuts: [], depth: 0 };
}

/**
 * The end (exclusive) of the JSON object that starts at `from`, or -1 when it is not complete before `end`. One pass over the
 * bytes, nothing is decoded. Marks `metadata.managedFields` and the last-applied annotation, the two parts of an object that
 * nobody reads here and that are a third of it, so that they are never parsed. Input that is not JSON gets some end; parsing the
 * range tells.
 */
export function scanObject(bytes: Uint8Array, from: number, end: number, marks: ScanMarks): number {
  marks.cuts.length = 0;
  let depth = 0;
  let deepest = 0;
  let inMetadata = false;
  let inAnnotations = false;
  let cutFrom = -1;
  let cutDepth = 0;
  for (let at = from; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const open = at++;
      while (at < end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
      if (at >= end) return -1;
      if (depth > 3 || cutFrom >= 0 || bytes[at + 1] !== colon) continue;
      if (depth === 1) inMetadata = isKey(bytes, open, at, metadataKey);
      else if (depth === 2 && inMetadata) {
        inAnnotations = isKey(bytes, open, at, annotationsKey);
        if (isKey(bytes, open, at, managedFieldsKey)) [cutFrom, cutDepth] = [open, depth];
      } else if (depth === 3 && inMetadata && inAnnotations && isKey(bytes, open, at, lastAppliedKey)) {
        [cutFrom, cutDepth] = [open, depth];
      }
    } else if (byte === openBrace || byte === openBracket) {
      depth++;
      if (depth > deepest) deepest = depth;
    } else if (byte === closeBrace || byte === closeBracket) {
      if (cutFrom >= 0 && depth === cutDepth) {
        marks.cuts.push(bytes[cutFrom - 1] === comma ? cutFrom - 1 : cutFrom, at);
        cutFrom = -1;
      }
      depth--;
      if (depth === 0) {
        marks.depth = deepest;
        return at + 1;
      }
    } else if (byte === comma && cutFrom >= 0 && depth === cutDepth) {
      marks.cuts.push(cutFrom, at + 1);
      cutFrom = -1;
    }
  }
  return -1;
}

/** The offset just after the `[` of the top-level member `items`, or -1 when there is none before `end`. */
export function findItems(bytes: Uint8Array, end: number): number {
  let depth = 0;
  for (let at = 0; at < end; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const open = at++;
      while (at < end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
      if (depth !== 1 || !isKey(bytes, open, at, itemsKey)) continue;
      let next = skipSpace(bytes, at + 1, end);
      if (bytes[next] !== colon) continue;
      next = skipSpace(bytes, next + 1, end);
      if (next < end && bytes[next] === openBracket) return next + 1;
    } else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) depth--;
  }
  return -1;
}

const itemsKey = Buffer.from('items');

/** The first offset that holds neither white space nor a comma. */
export function skipSeparators(bytes: Uint8Array, from: number, end: number): number {
  let at = skipSpace(bytes, from, end);
  while (at < end && bytes[at] === comma) at = skipSpace(bytes, at + 1, end);
  return at;
}

function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && (bytes[at] ?? 0) <= 0x20) at++;
  return at;
}

function isKey(bytes: Uint8Array, open: number, close: number, key: Uint8Array): boolean {
  if (close - open - 1 !== key.length) return false;
  for (let index = 0; index < key.length; index++) if (bytes[open + 1 + index] !== key[index]) return false;
  return true;
}
