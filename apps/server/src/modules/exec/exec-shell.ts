import { appError, type Clock, messageOf } from '@pilothouse/core';
import type { ExecOptions, ExecSession, KubeClient } from '@pilothouse/kube';

/** The shells that are tried in turn when nothing was asked for. */
export const shells: readonly (readonly string[])[] = [['bash'], ['ash'], ['sh']];

/** A shell that is not there ends at once; one that lives this long, or prints something, is there. */
const settled = 600;

export type StartedExec = { session: ExecSession; command: readonly string[] };

/** Opens the command, or the first shell there is. Rejects with the cluster's words when none starts. */
export async function startExec(
  client: KubeClient,
  options: Omit<ExecOptions, 'command'>,
  { command, clock }: { command: readonly string[] | undefined; clock: Clock },
): Promise<StartedExec> {
  if (command) return { session: await client.exec({ ...options, command }), command };
  for (const shell of shells) {
    const session = await client.exec({ ...options, command: shell });
    if (await starts(session, clock)) return { session, command: shell };
    session.close();
  }
  throw appError(
    'not_found',
    `The container ${options.container ?? ''} has no shell: ${shells.flat().join(', ')} are not there. Name a program that it has.`,
  );
}

async function starts(session: ExecSession, clock: Clock): Promise<boolean> {
  const done = new AbortController();
  const printed = new Promise<true>((resolve) => {
    if (session.stdout.readableLength > 0) resolve(true);
    else session.stdout.once('readable', () => session.stdout.readableLength > 0 && resolve(true));
  });
  const lived = clock.sleep(settled, done.signal).then(
    () => true,
    () => true,
  );
  const ended = session.exit.then(
    (exit) => !isMissing(exit),
    (error: unknown) => !isMissing({ code: 1, message: messageOf(error) }),
  );
  try {
    return await Promise.race([printed, lived, ended]);
  } finally {
    done.abort();
  }
}

/** 126 and 127 are what a runtime reports for a program that is not there or cannot be run; others only say so in words. */
function isMissing({ code, message = '' }: { code: number; message?: string }): boolean {
  return code === 126 || code === 127 || /not found|no such file|executable file/i.test(message);
}
