import type { Argument, Command, Option } from 'commander';

export type Candidate = { readonly text: string; readonly about?: string };

/** Where values come from that only the server knows. Each fails when it cannot say. */
export type ValueSource = {
  clusters(): Promise<string[]>;
  namespaces(): Promise<string[]>;
  kinds(): Promise<Candidate[]>;
  names(resource: string): Promise<string[]>;
  contexts(): Promise<string[]>;
  users(): Promise<string[]>;
};

/** What could stand in place of the last word. */
export async function completeWords(
  program: Command,
  words: readonly string[],
  values: ValueSource,
): Promise<Candidate[]> {
  const word = words.at(-1) ?? '';
  const { command, args, expects } = readWords(program, words.slice(0, -1));
  if (expects === 'rest') return [];
  if (expects) return optionValues(expects, word, values);
  const equals = /^(--[\w-]+)=(.*)$/s.exec(word);
  if (equals) {
    const option = findOption(command, program, equals[1] ?? '');
    const offered = option ? await optionValues(option, equals[2] ?? '', values) : [];
    return offered.map(({ text }) => ({ text: `${equals[1]}=${text}` }));
  }
  if (word.startsWith('-')) return optionNames(command, program);
  if (command.commands.length > 0) return subcommands(command);
  return argumentValues(command, args, { word, values });
}

type Read = { command: Command; args: string[]; expects: Option | 'rest' | undefined };

/** Follows the words typed so far: down to the subcommand, its arguments, and the option that still wants its value. */
function readWords(program: Command, words: readonly string[]): Read {
  let command = program;
  const args: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (word === '--') return { command, args, expects: 'rest' };
    if (word.startsWith('-') && !word.includes('=')) {
      const option = findOption(command, program, word);
      if (!option?.required) continue;
      if (index === words.length - 1) return { command, args, expects: option };
      index += 1;
      continue;
    }
    if (word.startsWith('-')) continue;
    const child = command.commands.find((each) => each.name() === word || each.aliases().includes(word));
    if (child && args.length === 0) command = child;
    else args.push(word);
  }
  return { command, args, expects: undefined };
}

function findOption(command: Command, program: Command, flag: string): Option | undefined {
  return [...command.options, ...program.options].find((option) => option.long === flag || option.short === flag);
}

function optionNames(command: Command, program: Command): Candidate[] {
  const shown = [...command.options, ...(command === program ? [] : program.options)].filter(
    (option) => !option.hidden,
  );
  return [
    ...shown.map((option) => ({ text: option.long ?? option.short ?? '', about: option.description })),
    { text: '--help', about: 'explain it' },
  ];
}

function subcommands(command: Command): Candidate[] {
  return command.commands
    .filter((each) => !each.name().startsWith('__'))
    .map((each) => ({ text: each.name(), about: each.summary() || each.description() }));
}

async function optionValues(option: Option, word: string, values: ValueSource): Promise<Candidate[]> {
  if (option.argChoices) return option.argChoices.map((text) => ({ text }));
  switch (option.long) {
    case '--cluster':
      return plain(await values.clusters());
    case '--clusters':
      return listValues(word, await values.clusters());
    case '--namespace':
      return plain(await values.namespaces());
    case '--namespaces':
      return listValues(word, await values.namespaces());
    case '--context':
      return plain(await values.contexts());
    case '--for':
      return resourceOrName(word, values);
    case '--user':
    case '--actor':
      return plain(await values.users());
    default:
      return /<path>/.test(option.flags) ? [{ text: ':files' }] : [];
  }
}

/** The last of `a,b,…`. */
function listValues(word: string, all: readonly string[]): Candidate[] {
  const before = word.slice(0, word.lastIndexOf(',') + 1);
  const given = new Set(before.split(','));
  return plain(all.filter((each) => !given.has(each)).map((each) => before + each));
}

async function argumentValues(
  command: Command,
  args: readonly string[],
  at: { word: string; values: ValueSource },
): Promise<Candidate[]> {
  const { word, values } = at;
  const declared = command.registeredArguments;
  const argument: Argument | undefined =
    declared[args.length] ?? (declared.at(-1)?.variadic ? declared.at(-1) : undefined);
  if (!argument) return [];
  if (argument.argChoices) return argument.argChoices.map((text) => ({ text }));
  switch (argument.name()) {
    case 'resource':
    case 'object':
      return objectValues(command, args, at);
    case 'cluster':
      return plain((await values.clusters()).filter((each) => !args.includes(each)));
    case 'user':
    case 'user-or-id':
      return plain(await values.users());
    case 'role':
      return plain(['viewer', 'operator', 'admin']);
    default:
      return word.includes('/') ? [{ text: ':files' }] : [];
  }
}

/** `pods`, then its names; or `deploy/web` in one word. `logs` and `exec` take the name of a pod alone too. */
async function objectValues(
  command: Command,
  args: readonly string[],
  { word, values }: { word: string; values: ValueSource },
): Promise<Candidate[]> {
  const [first] = args;
  if (first && !first.includes('/')) return plain((await values.names(first)).filter((name) => !args.includes(name)));
  const offered = await resourceOrName(word, values);
  if (word.includes('/') || !['logs', 'exec'].includes(command.name())) return offered;
  return [...plain(await values.names('pods')), ...offered.map(({ text, ...rest }) => ({ text: `${text}/`, ...rest }))];
}

async function resourceOrName(word: string, values: ValueSource): Promise<Candidate[]> {
  const slash = word.indexOf('/');
  if (slash < 0) return values.kinds();
  const resource = word.slice(0, slash);
  return plain((await values.names(resource)).map((name) => `${resource}/${name}`));
}

function plain(texts: readonly string[]): Candidate[] {
  return texts.map((text) => ({ text }));
}
