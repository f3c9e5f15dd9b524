type Edit = { readonly kind: ' ' | '-' | '+'; readonly line: string };

const contextLines = 3;

/** A unified diff of two texts with three lines of context; empty when they are equal. */
export function unifiedDiff(before: string, after: string, file: { name: string; isNew?: boolean }): string {
  if (before === after) return '';
  const edits = lineEdits(linesOf(before), linesOf(after));
  const head = `--- ${file.isNew ? '/dev/null' : `${file.name} (live)`}\n+++ ${file.name} (applied)\n`;
  return head + hunksOf(edits).map(hunkText).join('');
}

function linesOf(text: string): string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
}

/** The shortest edit script by Myers, "An O(ND) Difference Algorithm" (1986), after what both ends share is set aside. */
export function lineEdits(before: readonly string[], after: readonly string[]): Edit[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const kept = (line: string): Edit => ({ kind: ' ', line });
  return [
    ...before.slice(0, start).map(kept),
    ...shortestEdits(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(kept),
  ];
}

function shortestEdits(before: readonly string[], after: readonly string[]): Edit[] {
  const trace: Map<number, number>[] = [];
  let furthest = new Map<number, number>([[1, 0]]);
  for (let distance = 0; distance <= before.length + after.length; distance += 1) {
    trace.push(new Map(furthest));
    for (let diagonal = -distance; diagonal <= distance; diagonal += 2) {
      let x = stepsDown(furthest, diagonal, distance)
        ? (furthest.get(diagonal + 1) ?? 0)
        : (furthest.get(diagonal - 1) ?? 0) + 1;
      while (x < before.length && x - diagonal < after.length && before[x] === after[x - diagonal]) x += 1;
      furthest.set(diagonal, x);
      if (x >= before.length && x - diagonal >= after.length) return walkBack(trace, before, after);
    }
    furthest = new Map(furthest);
  }
  return [];
}

function stepsDown(furthest: ReadonlyMap<number, number>, diagonal: number, distance: number): boolean {
  if (diagonal === -distance) return true;
  return diagonal !== distance && (furthest.get(diagonal - 1) ?? -1) < (furthest.get(diagonal + 1) ?? -1);
}

function walkBack(
  trace: readonly ReadonlyMap<number, number>[],
  before: readonly string[],
  after: readonly string[],
): Edit[] {
  const edits: Edit[] = [];
  let x = before.length;
  let y = after.length;
  for (let distance = trace.length - 1; distance >= 0; distance -= 1) {
    const furthest = trace[distance] ?? new Map<number, number>();
    const diagonal = x - y;
    const down = stepsDown(furthest, diagonal, distance);
    const fromX = furthest.get(down ? diagonal + 1 : diagonal - 1) ?? 0;
    const fromY = fromX - (down ? diagonal + 1 : diagonal - 1);
    while (x > fromX && y > fromY && x > 0 && y > 0 && before[x - 1] === after[y - 1]) {
      edits.push({ kind: ' ', line: before[x - 1] ?? '' });
      x -= 1;
      y -= 1;
    }
    if (distance === 0) break;
    edits.push(down ? { kind: '+', line: after[y - 1] ?? '' } : { kind: '-', line: before[x - 1] ?? '' });
    x = fromX;
    y = fromY;
  }
  return edits.reverse();
}

type Hunk = { edits: Edit[]; before: number; after: number };

/** Changes with the lines around them; those closer than twice the context share a hunk. Line numbers count from 1. */
function hunksOf(edits: readonly Edit[]): Hunk[] {
  const hunks: Hunk[] = [];
  let [before, after] = [1, 1];
  let lastChange = Number.NEGATIVE_INFINITY;
  for (const [index, edit] of edits.entries()) {
    if (edit.kind !== ' ') {
      const current = hunks.at(-1);
      if (current && index - lastChange <= 2 * contextLines + 1)
        current.edits.push(...edits.slice(lastChange + 1, index + 1));
      else {
        const from = Math.max(0, index - contextLines, lastChange + 1);
        if (current) current.edits.push(...edits.slice(lastChange + 1, lastChange + 1 + contextLines));
        hunks.push({
          edits: [...edits.slice(from, index + 1)],
          before: before - (index - from),
          after: after - (index - from),
        });
      }
      lastChange = index;
    }
    if (edit.kind !== '+') before += 1;
    if (edit.kind !== '-') after += 1;
  }
  hunks.at(-1)?.edits.push(...edits.slice(lastChange + 1, lastChange + 1 + contextLines));
  return hunks;
}

function hunkText({ edits, before, after }: Hunk): string {
  const removed = edits.filter(({ kind }) => kind !== '+').length;
  const added = edits.filter(({ kind }) => kind !== '-').length;
  const lines = edits.map(({ kind, line }) => `${kind}${line}\n`).join('');
  return `@@ -${range(before, removed)} +${range(after, added)} @@\n${lines}`;
}

function range(start: number, length: number): string {
  if (length === 1) return String(start);
  return `${length === 0 ? start - 1 : start},${length}`;
}
