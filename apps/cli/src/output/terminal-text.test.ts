import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { terminalLogLine, terminalText } from './terminal-text.ts';

describe('terminalText', () => {
  it.each([
    ['plain name-1', 'plain name-1'],
    ['\u001b]0;owned\u0007', '␛]0;owned␇'],
    ['a\u001b[2Jb', 'a␛[2Jb'],
    ['one\ntwo', 'one␊two'],
    ['\u009b31m', '�31m'],
    ['safe\u202etxt.exe', 'safetxt.exe'],
    ['\u007f', '␡'],
    ['Größe 数', 'Größe 数'],
  ])('shows %j as %j', (text, shown) => {
    expect(terminalText(text)).toBe(shown);
  });

  it('leaves nothing that a terminal would obey', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these must be gone
        expect(terminalText(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});

describe('terminalLogLine', () => {
  it('drops colours, keeps tabs and disarms the rest', () => {
    expect(terminalLogLine('\u001b[1;31mERROR\u001b[0m\tat \u001b]52;c;aGk=\u0007')).toBe('ERROR\tat ␛]52;c;aGk=␇');
  });
});
