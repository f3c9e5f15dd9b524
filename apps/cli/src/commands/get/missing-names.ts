import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import type { RowList } from './resource-rows.ts';

/** One line for each name that was asked for and is not there, and the exit code for that. */
export function reportMissingNames(
  context: CliContext,
  list: RowList & { target: { names: readonly string[] } },
): number {
  if (list.failures.length > 0) return 0;
  const found = new Set(list.rows.map(({ name }) => name));
  const missing = list.target.names.filter((name) => !found.has(name));
  for (const name of missing) context.error(`${list.resource} "${name}" not found`);
  if (missing.length === 0) return 0;
  return exitCode(missing.length === list.target.names.length ? 'not-found' : 'partial');
}
