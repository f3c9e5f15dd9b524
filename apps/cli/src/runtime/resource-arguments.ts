import { usageError } from './usage-error.ts';

/** One resource as it was typed, with the names asked for; no names: all of them. */
export type ResourceTarget = { readonly resource: string; readonly names: readonly string[] };

/** kubectl's spellings: `pods`, `pods a b`, `pod/a deploy/b`, `pods,services`. */
export function parseResourceArguments(args: readonly string[]): ResourceTarget[] {
  const [first, ...rest] = args;
  if (!first)
    throw usageError('Say which resource.', 'for example `pods`, `deploy/web`; `pilothouse kinds` lists them');
  if (args.some((arg) => arg.includes('/'))) return parsePairs(args);
  const resources = first.split(',').filter((each) => each !== '');
  if (resources.length === 0) throw usageError(`"${first}" names no resource.`);
  if (resources.length > 1 && rest.length > 0)
    throw usageError('Names need one resource.', `write them like ${resources[0]}/${rest[0]}`);
  return resources.map((resource) => ({ resource, names: rest }));
}

function parsePairs(args: readonly string[]): ResourceTarget[] {
  const names = new Map<string, string[]>();
  for (const arg of args) {
    const [resource, name, ...more] = arg.split('/');
    if (!resource || !name || more.length > 0)
      throw usageError(
        `"${arg}" is not resource/name.`,
        'write all of them like deploy/web, or one resource and then names',
      );
    const known = names.get(resource);
    if (known) known.push(name);
    else names.set(resource, [name]);
  }
  return [...names].map(([resource, list]) => ({ resource, names: list }));
}

/** Exactly the objects that were named; for commands that never act on "all". */
export function parseNamedObjects(args: readonly string[]): { resource: string; name: string }[] {
  const targets = parseResourceArguments(args);
  const bare = targets.find((target) => target.names.length === 0);
  if (bare) throw usageError(`Say which ${bare.resource}.`, `for example ${bare.resource}/<name>`);
  return targets.flatMap(({ resource, names }) => names.map((name) => ({ resource, name })));
}
