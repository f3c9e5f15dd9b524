import type { KubeconfigContext } from '@pilothouse/contract';
import { terminalText } from '../../output/terminal-text.ts';
import { renderTable } from '../../output/text-table.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { ask } from '../../runtime/secret-input.ts';
import { usageError } from '../../runtime/usage-error.ts';

/** Lets the person pick contexts by number; refused and registered ones are listed with the reason and cannot be picked. */
export async function pickContexts(
  context: CliContext,
  contexts: readonly KubeconfigContext[],
): Promise<KubeconfigContext[]> {
  const rows = contexts.map((each, index) => [
    String(index + 1),
    terminalText(each.name) + (each.current ? ' (current)' : ''),
    terminalText(each.server),
    terminalText(noteOn(each)),
  ]);
  context.io.stderr.write(renderTable({ header: ['#', 'CONTEXT', 'SERVER', 'NOTE'], rows }));
  const answer = await ask(context, 'Which ones (like 1,3-5 or all)? ');
  const picked = parseSelection(answer, contexts.length)
    .map((index) => contexts[index])
    .filter((each) => each !== undefined);
  const refused = picked.find((each) => each.refusal);
  if (refused && answer.trim() !== 'all') throw usageError(`${refused.name} cannot be registered: ${refused.refusal}`);
  return picked.filter((each) => !each.refusal && !(answer.trim() === 'all' && each.registeredAs));
}

function noteOn({ refusal, registeredAs }: KubeconfigContext): string {
  if (refusal) return refusal;
  return registeredAs ? `registered as ${registeredAs}` : '';
}

/** Indexes from 0 of `1,3-5`, in the order typed, each once. */
export function parseSelection(text: string, length: number): number[] {
  if (text.trim() === 'all') return Array.from({ length }, (_, index) => index);
  const chosen = new Set<number>();
  for (const part of text.split(/[\s,]+/).filter((each) => each !== '')) {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
    const [first, last] = [Number(from), Number(to)];
    if (!from || first < 1 || last > length || first > last)
      throw usageError(`"${part}" is not in the list.`, `choose from 1 to ${length}`);
    for (let number = first; number <= last; number += 1) chosen.add(number - 1);
  }
  if (chosen.size === 0) throw usageError('Nothing was chosen.');
  return [...chosen];
}
