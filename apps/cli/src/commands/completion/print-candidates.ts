import type { CliContext } from '../../runtime/cli-context.ts';
import { completeWords } from './complete-words.ts';
import { createValueSource } from './value-source.ts';

/** A shell waits for this on each Tab: what is not known by then is not offered. */
const longestWaitMilliseconds = 2000;

export async function printCandidates(context: CliContext, _options: object, words: string[]): Promise<number> {
  const program = await context.program(words.slice(0, 1));
  const values = createValueSource(context, words);
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, longestWaitMilliseconds, undefined).unref());
  const candidates = await Promise.race([completeWords(program, words, values).catch(() => undefined), late]);
  const word = words.at(-1) ?? '';
  const fitting = (candidates ?? []).filter(({ text }) => text.startsWith(word) || text === ':files');
  await context.print(fitting.map(({ text, about }) => (about ? `${text}\t${about}\n` : `${text}\n`)).join(''));
  // A request that is still under way must not hold the prompt.
  if (candidates === undefined) process.exit(0);
  return 0;
}
