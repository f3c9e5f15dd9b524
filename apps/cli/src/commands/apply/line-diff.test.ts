import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineEdits, unifiedDiff } from './line-diff.ts';

describe('unifiedDiff', () => {
  it('is empty for equal texts', () => {
    expect(unifiedDiff('a\n', 'a\n', { name: 'x' })).toBe('');
  });

  it('shows a change with three lines around it', () => {
    const before = Array.from({ length: 10 }, (_, index) => `line ${index + 1}`);
    const after = before.with(4, 'changed');
    expect(
      unifiedDiff(before.join('\n'), after.join('\n'), { name: 'deployment.apps/web' }),
    ).toBe(`--- deployment.apps/web (live)
+++ deployment.apps/web (applied)
@@ -2,7 +2,7 @@
 line 2
 line 3
 line 4
-line 5
+changed
 line 6
 line 7
 line 8
`);
  });

  it('shows a new object as all added', () => {
    expect(unifiedDiff('', 'a\nb\n', { name: 'x', isNew: true })).toBe(
      '--- /dev/null\n+++ x (applied)\n@@ -0,0 +1,2 @@\n+a\n+b\n',
    );
  });

  it('joins changes that are near and parts those that are far', () => {
    const before = Array.from({ length: 30 }, (_, index) => `${index}`);
    const near = unifiedDiff(before.join('\n'), before.with(5, 'x').with(10, 'y').join('\n'), { name: 'x' });
    const far = unifiedDiff(before.join('\n'), before.with(5, 'x').with(25, 'y').join('\n'), { name: 'x' });
    expect(near.match(/@@ /g)).toHaveLength(1);
    expect(far.match(/@@ -/g)).toHaveLength(2);
    expect(far).toContain('@@ -23,7 +23,7 @@');
  });
});

describe('lineEdits', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });

  it('leads from the one text to the other', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const edits = lineEdits(before, after);
        expect(edits.filter(({ kind }) => kind !== '+').map(({ line }) => line)).toEqual(before);
        expect(edits.filter(({ kind }) => kind !== '-').map(({ line }) => line)).toEqual(after);
      }),
    );
  });

  it('is as short as can be', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const changed = lineEdits(before, after).filter(({ kind }) => kind !== ' ').length;
        expect(changed).toBe(before.length + after.length - 2 * longestCommon(before, after));
      }),
    );
  });

  it('takes hunks that patch would apply', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }),
        fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 40 }),
        (before, after) => {
          const diff = unifiedDiff(
            before.map((line) => `${line}\n`).join(''),
            after.map((line) => `${line}\n`).join(''),
            { name: 'x' },
          );
          expect(patch(before, diff)).toEqual(after);
        },
      ),
    );
  });
});

function longestCommon(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (const [i, x] of a.entries())
    for (const [j, y] of b.entries())
      (table[i + 1] ?? [])[j + 1] =
        x === y ? (table[i]?.[j] ?? 0) + 1 : Math.max(table[i]?.[j + 1] ?? 0, table[i + 1]?.[j] ?? 0);
  return table[a.length]?.[b.length] ?? 0;
}

/** A second, plain reading of the format: applies the hunks at the line numbers they name. */
function patch(before: readonly string[], diff: string): string[] {
  const result: string[] = [];
  let at = 0;
  for (const line of diff.split('\n').slice(2, -1)) {
    const [, start, , length = '1'] = /^@@ -(\d+)(,(\d+))?/.exec(line) ?? [];
    if (start !== undefined) {
      const from = length === '0' ? Number(start) : Number(start) - 1;
      while (at < from) result.push(before[at++] ?? '');
    } else if (line.startsWith('+')) result.push(line.slice(1));
    else {
      expect(before[at]).toBe(line.slice(1));
      if (line.startsWith(' ')) result.push(line.slice(1));
      at += 1;
    }
  }
  return [...result, ...before.slice(at)];
}
