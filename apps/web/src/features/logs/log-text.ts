import type { LogLevel } from './log-ring.ts';

// biome-ignore-start lint/suspicious/noControlCharactersInRegex: control characters are what these are about
/** Terminal escapes (ECMA-48): CSI, OSC and two-byte sequences. */
const escapes =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])|\u009b[0-?]*[ -/]*[@-~]/g;
/** Control characters but tab, and the marks that turn the direction of text around. */
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: as above

/** A line as words only: no colours, no cursor movements, nothing that could reorder what is shown. */
export function plainText(text: string): string {
  return text.replace(escapes, '').replace(controls, '');
}

const levels: readonly (readonly [LogLevel, RegExp])[] = [
  ['error', /\b(?:error|err|fatal|panic|critical|crit|exception|severe)\b/i],
  ['warn', /\b(?:warn|warning)\b/i],
  ['debug', /\b(?:debug|trace|verbose)\b/i],
  ['info', /\b(?:info|notice)\b/i],
];
/** Levels are said at the start of a line, or as a field. */
const searched = 240;
const field = /"?(?:level|lvl|severity)"?\s*[=:]\s*"?(\w+)/i;
/** klog: a letter, then month and day. */
const klog = /^([IWEF])\d{4}\s/;
const klogLevels: Readonly<Record<string, LogLevel>> = { I: 'info', W: 'warn', E: 'error', F: 'error' };

export function levelOf(text: string): LogLevel {
  const head = text.slice(0, searched);
  const letter = klog.exec(head)?.[1];
  if (letter) return klogLevels[letter] ?? 'none';
  const said = field.exec(head)?.[1];
  for (const [level, words] of levels) if (words.test(said ?? head)) return level;
  return 'none';
}

/** The parts of a text around every occurrence of a word, for marking; bounded, since a line may be long. */
export function splitMatches(text: string, word: string): { text: string; match: boolean }[] {
  if (word === '') return [{ text, match: false }];
  const parts: { text: string; match: boolean }[] = [];
  const lower = text.toLowerCase();
  const wanted = word.toLowerCase();
  let from = 0;
  for (let at = lower.indexOf(wanted); at >= 0 && parts.length < 200; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ text: text.slice(from, at), match: false });
    parts.push({ text: text.slice(at, at + wanted.length), match: true });
    from = at + wanted.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), match: false });
  return parts;
}
