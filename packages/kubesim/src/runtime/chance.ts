/** A 32 bit hash of `text` (FNV-1a with murmur3's finisher, so that similar texts differ in all bits). */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number in [0, 1) that is always the same for the same text: chance that can be repeated. */
export function fraction(text: string): number {
  return hash32(text) / 0x1_0000_0000;
}

/** A repeatable number in [low, high). */
export function between(text: string, low: number, high: number): number {
  return low + fraction(text) * (high - low);
}

/** A generator of repeatable numbers in [0, 1) (mulberry32). */
export function chanceFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** `length` hexadecimal digits that are always the same for the same text. */
export function hexDigits(text: string, length: number): string {
  let digits = '';
  for (let part = 0; digits.length < length; part++) digits += hash32(`${text}#${part}`).toString(16).padStart(8, '0');
  return digits.slice(0, length);
}
