import { createProgram } from './program.ts';
import { referenceOf } from './reference/cli-reference.ts';

const program = await createProgram([]);

/** docs/reference/cli.md: every command, option and exit code. */
export function cliReference(): string {
  return referenceOf(program);
}
