let lastMilliseconds = 0;
let sequence = 0;

/**
 * A UUID version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, 12 bits that count up within one
 * millisecond of this process, 62 random bits. Ids made by one process sort by the order they were made in.
 */
export function uuid7(now: number = Date.now()): string {
  const random = crypto.getRandomValues(new Uint8Array(10));
  if (now > lastMilliseconds) {
    lastMilliseconds = now;
    sequence = (((random[0] ?? 0) << 8) | (random[1] ?? 0)) & 0x7ff;
  } else {
    sequence += 1;
    if (sequence > 0xfff) {
      sequence = 0;
      lastMilliseconds += 1;
    }
  }
  const time = lastMilliseconds.toString(16).padStart(12, '0');
  const counter = sequence.toString(16).padStart(3, '0');
  const variant = ((random[2] ?? 0) & 0x3f) | 0x80;
  const tail = [variant, ...random.slice(3, 10)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
