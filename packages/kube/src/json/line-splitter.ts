import { appError } from '@pilothouse/core';

const newline = 0x0a;

/**
 * Splits a stream of bytes at newlines; each line comes with its bytes only. A last line without newline is handed out too.
 * A line over `maxLine` bytes throws `cluster_bad_answer`.
 */
export async function* splitLines(body: AsyncIterable<Uint8Array>, maxLine: number): AsyncGenerator<Buffer> {
  let carry: Buffer[] = [];
  let carried = 0;
  for await (const piece of body) {
    const chunk = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      const end = chunk.subarray(from, at);
      from = at + 1;
      if (carried === 0) {
        if (end.length > 0) yield end;
        continue;
      }
      carry.push(end);
      const line = Buffer.concat(carry);
      carry = [];
      carried = 0;
      yield line;
    }
    if (from === chunk.length) continue;
    carry.push(chunk.subarray(from));
    carried += chunk.length - from;
    if (carried > maxLine)
      throw appError('cluster_bad_answer', `The cluster sent a line longer than ${maxLine} bytes.`);
  }
  if (carried > 0) yield Buffer.concat(carry);
}
