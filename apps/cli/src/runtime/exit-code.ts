import type { ErrorKind } from '@pilothouse/core';

/** What the exit code of `pilothouse` says. One table: the reference page is made from it. */
export const exitCodes = {
  ok: { code: 0, meaning: 'Done.' },
  no: {
    code: 1,
    meaning:
      'Done, and the answer is no: `diff` found differences, `cluster test` failed, a question was answered with no.',
  },
  invalid: { code: 2, meaning: 'The command line, a file or the request is wrong; trying again will not help.' },
  unauthenticated: { code: 3, meaning: 'Not signed in, or the session or token is no longer valid.' },
  forbidden: { code: 4, meaning: 'Signed in, and not allowed.' },
  'not-found': { code: 5, meaning: 'No such thing, or none that you may see.' },
  conflict: {
    code: 6,
    meaning: 'The state does not allow it: it exists, it changed, or another manager owns a field.',
  },
  limited: { code: 7, meaning: 'Too many requests; try again later.' },
  unavailable: { code: 8, meaning: 'The server or a cluster did not answer; trying again may help.' },
  partial: {
    code: 9,
    meaning: 'Part of it: some clusters or some items failed, standard error says which; the rest is good.',
  },
  internal: { code: 10, meaning: 'A fault of Pilothouse; the request id finds it in the server’s log.' },
  interrupted: { code: 130, meaning: 'Interrupted with Ctrl-C.' },
  terminated: { code: 143, meaning: 'Ended by SIGTERM.' },
} as const satisfies Record<
  ErrorKind | 'ok' | 'no' | 'partial' | 'interrupted' | 'terminated',
  { code: number; meaning: string }
>;

export type Outcome = keyof typeof exitCodes;

export function exitCode(outcome: Outcome): number {
  return exitCodes[outcome].code;
}

/** One code for many results: that of the failure when all failed alike, `partial` when some went well or they failed differently. */
export function exitCodeOfMany(failures: readonly ErrorKind[], total: number): number {
  const [first] = failures;
  if (first === undefined) return exitCode('ok');
  const alike = failures.length === total && failures.every((kind) => kind === first);
  return exitCode(alike ? first : 'partial');
}
