import { renderTable } from '../../output/text-table.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import { lookUpKinds } from '../../runtime/kind-lookup.ts';
import { namespacesOf } from '../../runtime/namespace-choice.ts';
import { parseResourceArguments, type ResourceTarget } from '../../runtime/resource-arguments.ts';
import { usageError } from '../../runtime/usage-error.ts';
import type { GetOptions } from './get-options.ts';
import { createGetRequest, type GetRequest } from './get-request.ts';
import { reportMissingNames } from './missing-names.ts';
import { printObjects } from './print-objects.ts';
import { type RowList, readRows } from './resource-rows.ts';
import { layoutOf, objectPrefix } from './row-layout.ts';
import { layOutColumns, type RowLayout, rowPainter, textRows } from './row-table.ts';
import { reportSources } from './source-report.ts';

/** `pilothouse get`. */
export async function getResources(context: CliContext, options: GetOptions, resources: string[]): Promise<number> {
  const targets = parseResourceArguments(resources);
  const request = await createGetRequest(context, options);
  if (options.watch || options.watchOnly) return watchOne(context, request, targets);
  const expanded = await expandCategories(context, request, targets);
  if (options.output === 'json' || options.output === 'yaml') return printObjects(context, request, expanded);
  const lists = await readTargets(context, request, expanded);
  await printTables(context, request, lists);
  return lists.map((list) => reportList(context, list)).find((code) => code !== 0) ?? exitCode('ok');
}

export type TargetList = RowList & { readonly target: ResourceTarget };

async function readTargets(
  context: CliContext,
  request: GetRequest,
  targets: readonly ResourceTarget[],
): Promise<TargetList[]> {
  return Promise.all(targets.map(async (target) => ({ ...(await readTarget(context, request, target)), target })));
}

async function readTarget(
  context: CliContext,
  { query: given, options }: GetRequest,
  target: ResourceTarget,
): Promise<RowList> {
  const query = { ...given, namespaces: namespacesOf(target.resource, given.namespaces) };
  const limit = options.limit === undefined ? {} : { limit: options.limit };
  if (target.names.length === 0) return readRows(context, target.resource, { ...query, ...limit });
  const byName = await Promise.all(
    target.names.map((name) =>
      readRows(context, target.resource, { ...query, fieldSelector: andField(query.fieldSelector, name) }),
    ),
  );
  const [first] = byName;
  if (!first) throw usageError('Say which one.');
  return {
    ...first,
    rows: byName.flatMap((list) => list.rows),
    total: byName.reduce((sum, list) => sum + list.total, 0),
    complete: byName.every((list) => list.complete),
  };
}

function andField(selector: string | undefined, name: string): string {
  const byName = `metadata.name=${name}`;
  return selector ? `${selector},${byName}` : byName;
}

/** `get all`, `get networking`: the kinds of a category of that name. Other words are left to the server, which knows every spelling. */
async function expandCategories(
  context: CliContext,
  request: GetRequest,
  targets: readonly ResourceTarget[],
): Promise<ResourceTarget[]> {
  if (!targets.some(({ resource, names }) => resource === 'all' && names.length === 0)) return [...targets];
  const { kinds } = await lookUpKinds(context, request.clusters.query);
  return targets.flatMap((target) => {
    const members = kinds.filter((kind) => kind.categories.includes(target.resource) && kind.verbs.includes('list'));
    return members.length === 0 ? [target] : members.map(({ resource }) => ({ resource, names: [] }));
  });
}

async function watchOne(context: CliContext, request: GetRequest, targets: readonly ResourceTarget[]): Promise<number> {
  const [target, ...others] = targets;
  if (!target || others.length > 0) throw usageError('--watch follows one resource at a time.');
  if (target.names.length > 1) throw usageError('--watch follows one name, or all that match a selector.');
  const { watchRows } = await import('./watch-rows.ts');
  return watchRows(context, request, target);
}

async function printTables(context: CliContext, request: GetRequest, lists: readonly TargetList[]): Promise<void> {
  const { options } = request;
  const several = lists.length > 1;
  let printed = 0;
  for (const list of lists.filter(({ rows }) => rows.length > 0)) {
    if (options.output === 'name') {
      await context.print(list.rows.map((row) => `${objectPrefix(list)}${row.name}\n`).join(''));
    } else {
      if (printed > 0) await context.print('\n');
      await context.print(tableOf(context, list, { ...layoutOf(request, list, several), headers: options.headers }));
    }
    printed += list.rows.length;
  }
  if (printed === 0 && lists.every(({ target, failures }) => target.names.length === 0 && failures.length === 0))
    await noteNothingFound(context, request, lists);
}

function tableOf(
  context: CliContext,
  list: TargetList,
  { headers, ...layout }: RowLayout & { headers: boolean },
): string {
  const columns = layOutColumns(list.columns, layout);
  const table = { header: columns.map(({ label }) => label), rows: textRows(columns, list.rows, context.io.now()) };
  return renderTable(table, {
    withHeader: headers,
    width: context.io.stdout.isTTY ? context.io.stdout.columns : undefined,
    paint: rowPainter(context.style, list.rows, columns),
  });
}

function reportList(context: CliContext, list: TargetList): number {
  const missing = reportMissingNames(context, list);
  const code = reportSources(context, { ...list, found: list.rows.length });
  if (list.target.names.length === 0 && list.total > list.rows.length)
    context.note(`${list.rows.length} of ${list.total} shown.`);
  return missing || code;
}

async function noteNothingFound(
  context: CliContext,
  { query }: GetRequest,
  lists: readonly TargetList[],
): Promise<void> {
  const [list] = lists;
  const filtered = query.labelSelector || query.fieldSelector || query.health || query.q;
  if (!query.namespaces || !list?.namespaced)
    return context.note(filtered ? 'Nothing matches.' : 'No resources found.');
  const elsewhere = await readRows(context, list.resource, { ...query, namespaces: undefined, limit: 1 });
  const hint = elsewhere.total > 0 ? ` ${elsewhere.total} in other namespaces: -A shows them.` : '';
  context.note(`No resources found in ${query.namespaces} namespace.${hint}`);
}
