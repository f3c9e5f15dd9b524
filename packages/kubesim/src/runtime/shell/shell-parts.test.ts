import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedRegex } from './commands/bounded-regex.ts';
import { createContainerFilesystem, resolvePath } from './container-filesystem.ts';
import { evaluateArithmetic } from './shell-arithmetic.ts';
import { parseScript } from './shell-parser.ts';
import { matchesPattern } from './shell-pattern.ts';
import { ShellSyntaxError } from './shell-syntax.ts';

describe('the shell’s parser', () => {
  it('takes anything without failing in any way but its own', () => {
    const pieces = fc.constantFrom(
      'if',
      'then',
      'fi',
      'for',
      'in',
      'do',
      'done',
      'while',
      'case',
      'esac',
      '{',
      '}',
      '(',
      ')',
      ';',
      ';;',
      '&&',
      '||',
      '|',
      '&',
      '\n',
      '"',
      "'",
      '$',
      '$(',
      '${',
      '$((',
      '))',
      '`',
      '\\',
      '<',
      '>',
      '<<',
      'EOF',
      'x',
      '=',
      '#',
      '!',
      '*',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), fc.boolean(), (words, spaced) => {
        try {
          parseScript(words.join(spaced ? ' ' : ''));
        } catch (error) {
          expect(error).toBeInstanceOf(ShellSyntaxError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    { text: 'if true', incomplete: true },
    { text: 'for x in a b; do', incomplete: true },
    { text: 'echo "open', incomplete: true },
    { text: 'cat <<EOF\nline', incomplete: true },
    { text: 'echo $(ls', incomplete: true },
    { text: 'a |', incomplete: true },
    { text: 'fi', incomplete: false },
    { text: 'echo )', incomplete: false },
  ])('says whether more lines could help: $text', ({ text, incomplete }) => {
    expect(() => parseScript(text)).toThrow(expect.objectContaining({ name: 'ShellSyntaxError', incomplete }));
  });
});

describe('arithmetic', () => {
  const scope = (values: Record<string, string>) => ({
    get: (name: string) => values[name] ?? '',
    set: (name: string, value: string) => {
      values[name] = value;
    },
  });
  it.each([
    ['1+2*3', 7],
    ['(1+2)*3', 9],
    ['7/2', 3],
    ['-7%3', -1],
    ['2<3 && 3>=3', 1],
    ['1 ? 5 : 6', 5],
    ['x+1', 5],
    ['x++ + ++x', 10],
    ['y = x * 2', 8],
    ['!0', 1],
    ['1<<4|1', 17],
    ['', 0],
  ])('%s is %d', (expression, value) => {
    expect(evaluateArithmetic(expression, scope({ x: '4' }))).toBe(value);
  });
});

describe('patterns', () => {
  it.each([
    ['*', 'anything', true],
    ['a*c', 'abc', true],
    ['a?c', 'ac', false],
    ['[a-c]x', 'bx', true],
    ['[!a]x', 'ax', false],
    ['*.txt', 'a.txt', true],
    ['\\*', '*', true],
    ['\\*', 'x', false],
  ])('%s on %s: %s', (pattern, text, matches) => {
    expect(matchesPattern(pattern, text)).toBe(matches);
  });

  it('are quick whatever they are', () => {
    const before = performance.now();
    matchesPattern(`${'*a'.repeat(40)}b`, 'a'.repeat(5_000));
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe('regular expressions of users', () => {
  it.each(['(a+)+$', '(a|a)*b', 'a*a*a*a*a*a*a*a*b', '([a-z]+)*@'])('%s cannot hold the process', (pattern) => {
    const before = performance.now();
    boundedRegex(pattern, '').test('a'.repeat(3_000));
    expect(performance.now() - before).toBeLessThan(200);
  });

  it('still match what people look for', () => {
    expect(boundedRegex('err(or)?:', 'i').test('ERROR: x')).toBe(true);
    expect(boundedRegex('^2026.*failed$', '').test('2026 it failed')).toBe(true);
    expect(boundedRegex('[', '').test('a[b')).toBe(true);
  });
});

describe('a container’s files', () => {
  it('resolve like paths do, and never above the root', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('..', '.', 'a', 'b', '', '...'), { maxLength: 12 }), (parts) => {
        const path = resolvePath('/x/y', parts.join('/'));
        expect(path).toMatch(/^\//);
        expect(path.split('/')).not.toContain('..');
      }),
    );
  });

  it('refuse what cannot be, with the words of errno', () => {
    const files = createContainerFilesystem({ '/etc/a': '1', '/tmp/': '' }, () => 0);
    expect(() => files.read('/nope')).toThrow('No such file or directory');
    expect(() => files.read('/etc')).toThrow('Is a directory');
    expect(() => files.write('/etc/a/b', '')).toThrow('Not a directory');
    expect(() => files.makeFolder('/tmp', false)).toThrow('File exists');
    files.makeFolder('/tmp/x/y', true);
    files.write('/tmp/x/y/z', 'deep');
    files.remove('/tmp/x', true);
    expect(files.list('/tmp')).toEqual([]);
  });
});
