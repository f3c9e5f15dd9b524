/** Flags of one letter and what is left, e.g. `-la /tmp`: `{ flags: {l, a}, rest: ['/tmp'] }`. Letters in `valued` take the next word. */
export function optionsOf(
  args: readonly string[],
  valued = '',
): { flags: ReadonlySet<string>; values: ReadonlyMap<string, string>; rest: string[] } {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? '';
    if (arg === '--') {
      rest.push(...args.slice(index + 1));
      break;
    }
    if (!/^-[A-Za-z0-9]/.test(arg)) {
      rest.push(arg);
      continue;
    }
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] ?? '';
      if (valued.includes(letter)) {
        const joined = arg.slice(at + 1);
        values.set(letter, joined !== '' ? joined : (args[++index] ?? ''));
        break;
      }
      flags.add(letter);
    }
  }
  return { flags, values, rest };
}
