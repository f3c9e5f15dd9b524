/** One line of bytes without its end; `cut` is how many bytes were dropped from it because it was too long. */
export type LineBytes = { bytes: Buffer; cut: number };

/** A line longer than this is cut; a log line may be a megabyte, a browser should not have to show it. */
export const longestLine = 256 * 1024;

/** Splits chunks at LF, holding at most one line of `longest` bytes however long the line in the stream is. */
export function createLineSplitter(longest = longestLine): { push(chunk: Buffer): LineBytes[]; end(): LineBytes[] } {
  let held: Buffer[] = [];
  let length = 0;
  let cut = 0;

  function hold(part: Buffer): void {
    const room = longest - length;
    if (part.length > room) cut += part.length - room;
    if (room <= 0 || part.length === 0) return;
    const kept = part.length > room ? part.subarray(0, room) : part;
    held.push(kept);
    length += kept.length;
  }

  function take(): LineBytes {
    const line = { bytes: held.length === 1 && held[0] ? held[0] : Buffer.concat(held), cut };
    held = [];
    length = 0;
    cut = 0;
    return line;
  }

  return {
    push(chunk) {
      const lines: LineBytes[] = [];
      let start = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, start)) {
        hold(chunk.subarray(start, end));
        lines.push(take());
        start = end + 1;
      }
      // A copy, so that a short rest does not keep a large chunk alive.
      if (start < chunk.length) hold(Buffer.from(chunk.subarray(start)));
      return lines;
    },
    end: () => (length > 0 || cut > 0 ? [take()] : []),
  };
}
