/** One line of a log. */
export type LogLine = {
  /** Without line end and timestamp. Bytes that are no UTF-8 read as U+FFFD; control characters are kept. */
  text: string;
  /** RFC 3339 with up to nanoseconds, as the kubelet wrote it; only when asked for and present. */
  timestamp?: string;
  /** Bytes of the line that were cut off because it was longer than the limit. */
  truncated?: number;
};

export type LogLineSplitter = {
  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): LogLine[];
  /** The last line when it had no line end. */
  end(): LogLine[];
};

export type LogLineOptions = {
  /** Bytes kept of a line (default 64 KiB). */
  maxLine?: number;
  /** Each line begins with a timestamp, as with `timestamps: true` in LogOptions. */
  timestamps?: boolean;
};

const newline = 0x0a;
const carriageReturn = 0x0d;
/** Longest timestamp and the space after it; not counted as part of the line. */
const timestampRoom = 40;
const timestampPattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)) ?/;

/**
 * Cuts a stream of arbitrary bytes into lines, wherever its chunks end. Holds at most one line of `maxLine` bytes; the rest of a longer
 * one is counted and dropped as it comes.
 */
export function createLogLineSplitter(options: LogLineOptions = {}): LogLineSplitter {
  const { maxLine = 64 * 1024, timestamps = false } = options;
  const limit = maxLine + (timestamps ? timestampRoom : 0);
  let parts: Uint8Array[] = [];
  let held = 0;
  let dropped = 0;
  let open = false;

  function take(bytes: Uint8Array): void {
    open = true;
    const room = limit - held;
    if (bytes.length > room) dropped += bytes.length - room;
    const kept = bytes.length > room ? bytes.subarray(0, room) : bytes;
    if (kept.length === 0) return;
    parts.push(kept);
    held += kept.length;
  }

  function finish(): LogLine {
    const bytes = parts.length === 1 && parts[0] ? Buffer.from(parts[0]) : Buffer.concat(parts);
    const lost = dropped;
    parts = [];
    held = 0;
    dropped = 0;
    open = false;
    return lineOf(bytes, lost);
  }

  function lineOf(bytes: Buffer, lost: number): LogLine {
    const stamp = timestamps ? timestampPattern.exec(bytes.toString('latin1', 0, timestampRoom)) : null;
    const from = stamp ? stamp[0].length : 0;
    const endsInReturn = lost === 0 && bytes.length > from && bytes[bytes.length - 1] === carriageReturn;
    const whole = endsInReturn ? bytes.length - 1 : bytes.length;
    const to =
      whole - from > maxLine || lost > 0 ? characterStart(bytes, Math.min(whole, from + maxLine), from) : whole;
    const truncated = lost + whole - to;
    return {
      text: bytes.toString('utf8', from, to),
      ...(stamp?.[1] ? { timestamp: stamp[1] } : {}),
      ...(truncated > 0 ? { truncated } : {}),
    };
  }

  return {
    push(chunk) {
      const lines: LogLine[] = [];
      const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      let from = 0;
      for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, from)) {
        take(bytes.subarray(from, at));
        lines.push(finish());
        from = at + 1;
      }
      // A copy: the chunk belongs to whoever gave it.
      if (from < bytes.length) take(Uint8Array.prototype.slice.call(bytes, from, Math.min(bytes.length, from + limit)));
      if (bytes.length - from > limit) dropped += bytes.length - from - limit;
      return lines;
    },
    end: () => (open ? [finish()] : []),
  };
}

/** The end at or before `to` that cuts no UTF-8 character in two. */
function characterStart(bytes: Buffer, to: number, from: number): number {
  let at = to;
  while (at > from && at > to - 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at--;
  const isLead = ((bytes[at] ?? 0) & 0xc0) !== 0x80;
  return isLead ? completeBefore(bytes, at, to, from) : to;
}

/** When `to` is the end of what is held, the last character may itself be cut: leave it out. */
function completeBefore(bytes: Buffer, at: number, to: number, from: number): number {
  if (at < bytes.length) return at;
  let lead = to - 1;
  while (lead > from && lead > to - 4 && ((bytes[lead] ?? 0) & 0xc0) === 0x80) lead--;
  const first = bytes[lead] ?? 0;
  const size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
  return lead + size > to ? lead : to;
}
