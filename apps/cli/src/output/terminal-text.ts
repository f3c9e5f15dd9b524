// What a cluster sends is not ours: a pod's log or a label may hold control sequences that would retitle, recolour or overwrite the
// terminal, or turn the reading direction so that a text seems to say something else.

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what we look for
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what we look for
const unsafeAll = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what we look for
const colourSequence = /\u001b\[[0-9;:]*m/g;

/** One line of text that a terminal shows and never obeys: control characters become their pictures (ESC is `␛`), direction marks vanish. */
export function terminalText(text: string): string {
  return unsafe.test(text) ? text.replace(unsafeAll, pictureOf) : text;
}

/** A log line for a terminal: colours are dropped, tabs kept, all else as {@link terminalText}. */
export function terminalLogLine(text: string): string {
  if (!unsafe.test(text)) return text;
  return text.replace(colourSequence, '').split('\t').map(terminalText).join('\t');
}

/** Several lines, each made safe by itself. */
export function terminalLines(text: string): string {
  return text.split('\n').map(terminalLogLine).join('\n');
}

function pictureOf(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return '␡';
  return code < 0xa0 ? '�' : '';
}
