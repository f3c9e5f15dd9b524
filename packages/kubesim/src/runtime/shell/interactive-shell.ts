/** Whether a command is a shell without a script: `sh`, `bash -i`, `/bin/sh -l`. */
export function isInteractiveShell(command: readonly string[]): boolean {
  const [program = '', ...args] = command;
  return (
    ['sh', 'ash', 'bash', 'dash'].includes(programName(program)) &&
    args.every((arg) => /^-[a-z-]+$/.test(arg) && !/^-[a-z]*c/.test(arg))
  );
}

/** `/bin/sh` as `sh`. */
export function programName(program: string): string {
  return program.slice(program.lastIndexOf('/') + 1);
}
