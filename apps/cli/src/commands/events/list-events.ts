import type { KubeEvent, SourceFailure } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { ageOf } from '../../output/age.ts';
import { jsonText } from '../../output/json-text.ts';
import { terminalText } from '../../output/terminal-text.ts';
import { columnWidths, renderTable } from '../../output/text-table.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { type ClusterOptions, chooseClusters } from '../../runtime/cluster-choice.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import { lookUpKinds } from '../../runtime/kind-lookup.ts';
import { followStream } from '../../runtime/live-stream.ts';
import { chooseNamespaces, type NamespaceOptions } from '../../runtime/namespace-choice.ts';
import { parseNamedObjects } from '../../runtime/resource-arguments.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { withoutUndefined } from '../get/resource-rows.ts';
import { reportSources } from '../get/source-report.ts';

type EventsOptions = ClusterOptions &
  NamespaceOptions & {
    for?: string;
    types?: 'Normal' | 'Warning';
    query?: string;
    limit: number;
    watch?: boolean;
    headers: boolean;
    output: 'table' | 'json' | 'yaml' | 'name';
  };

type EventQuery = { clusters?: string; namespaces?: string; type?: 'Normal' | 'Warning'; q?: string; object?: string };

export async function listEvents(context: CliContext, options: EventsOptions): Promise<number> {
  const clusters = await chooseClusters(context, options);
  const query: EventQuery = withoutUndefined({
    clusters: clusters.query,
    namespaces: chooseNamespaces(context, options),
    type: options.types,
    q: options.query,
    object: options.for ? await involvedObject(context, options.for, clusters.query) : undefined,
  });
  const printer = createEventPrinter(context, {
    options,
    showCluster: clusters.several,
    showNamespace: query.namespaces === undefined,
  });
  const list = await readEvents(context, query, options.limit);
  await printer.print(list.items.reverse(), { last: !options.watch });
  const code = reportSources(context, { ...list, found: list.items.length });
  if (!options.watch) return code;
  await followEvents(context, { query, seen: list.items, print: (items) => printer.print(items, { last: false }) });
  return exitCode('interrupted');
}

/** `pod/web-1` as the API wants it: `Pod/web-1`. */
async function involvedObject(context: CliContext, text: string, clusters: string | undefined): Promise<string> {
  const [object, ...more] = parseNamedObjects([text]);
  if (!object || more.length > 0) throw usageError('--for takes one object.', 'write it like --for pod/web-1');
  const kinds = await lookUpKinds(context, clusters);
  return `${kinds.find(object.resource).kind}/${object.name}`;
}

type EventList = { items: KubeEvent[]; complete: boolean; failures: SourceFailure[] };

async function readEvents(context: CliContext, query: EventQuery, limit: number): Promise<EventList> {
  const items: KubeEvent[] = [];
  let cursor: string | undefined;
  for (;;) {
    const page = await context.api().call(routes.listEvents, {
      query: { ...query, limit: Math.min(1000, limit - items.length), ...(cursor ? { cursor } : {}) },
    });
    items.push(...page.items);
    cursor = page.nextCursor;
    if (!cursor || items.length >= limit) return { items, complete: page.complete, failures: page.failures };
  }
}

/**
 * The live table of events says that something happened; what happened is read as events again, so that both look the same. Reads are spaced, so a
 * storm of events is read in pages, not one by one.
 */
async function followEvents(
  context: CliContext,
  live: { query: EventQuery; seen: readonly KubeEvent[]; print(items: KubeEvent[]): Promise<void> },
): Promise<void> {
  const seen = new Map(live.seen.map((event) => [idOf(event), stampOf(event)]));
  const { clusters, namespaces } = live.query;
  await followStream(context, {
    open: (lastId) =>
      context.api().events(routes.streamResources, {
        params: { resource: 'events' },
        query: withoutUndefined({ clusters, namespaces }),
        ...(lastId ? { headers: { 'last-event-id': lastId } } : {}),
      }),
    async event({ data }) {
      const { type } = JSON.parse(data) as { type: string };
      if (type !== 'changes' && type !== 'reset' && type !== 'sources') return true;
      const { items } = await readEvents(context, live.query, 200);
      const fresh = items.filter((event) => seen.get(idOf(event)) !== stampOf(event)).reverse();
      for (const event of fresh) seen.set(idOf(event), stampOf(event));
      if (fresh.length > 0) await live.print(fresh);
      return true;
    },
  });
}

const idOf = (event: KubeEvent) => `${event.cluster}/${event.namespace}/${event.name}`;
const stampOf = (event: KubeEvent) => `${event.lastAt}/${event.count}`;

function createEventPrinter(
  context: CliContext,
  view: { options: EventsOptions; showCluster: boolean; showNamespace: boolean },
) {
  const { options } = view;
  let headerPrinted = !options.headers;
  let widths: number[] = [];
  return {
    async print(events: KubeEvent[], { last }: { last: boolean }): Promise<void> {
      if (options.output !== 'table') return context.print(documentsOf(events, options.output, last));
      if (events.length === 0) return last && !headerPrinted ? context.note('No events.') : undefined;
      const columns = eventColumns(view);
      const now = context.io.now();
      const table = {
        header: columns.map(([label]) => label),
        rows: events.map((event) => columns.map(([, text]) => terminalText(text(event, now)))),
      };
      widths = columnWidths(table, true, widths);
      const text = renderTable(table, {
        withHeader: !headerPrinted,
        minimumWidths: widths,
        width: context.io.stdout.isTTY ? context.io.stdout.columns : undefined,
        paint: (cell, { row }) =>
          row < 0
            ? context.style('bold', cell)
            : events[row]?.type === 'Warning'
              ? context.style('yellow', cell)
              : cell,
      });
      headerPrinted = true;
      await context.print(text);
    },
  };
}

type EventColumn = readonly [label: string, text: (event: KubeEvent, now: number) => string];

function eventColumns({ showCluster, showNamespace }: { showCluster: boolean; showNamespace: boolean }): EventColumn[] {
  return [
    ...(showCluster ? [['CLUSTER', (event) => event.cluster] satisfies EventColumn] : []),
    ...(showNamespace ? [['NAMESPACE', (event) => event.namespace ?? ''] satisfies EventColumn] : []),
    ['LAST SEEN', (event, now) => ageOf(event.lastAt ?? event.firstAt, now)],
    ['TYPE', (event) => event.type],
    ['REASON', (event) => event.reason],
    ['OBJECT', (event) => `${event.object.kind.toLowerCase()}/${event.object.name}`],
    ['COUNT', (event) => String(event.count)],
    ['MESSAGE', (event) => event.message.trim()],
  ];
}

/** A whole list when nothing follows, else one document for each event. */
function documentsOf(events: readonly KubeEvent[], output: 'json' | 'yaml' | 'name', whole: boolean): string {
  if (output === 'name') return events.map((event) => `event/${event.name}\n`).join('');
  if (whole) return output === 'json' ? jsonText({ items: events }) : yamlText({ items: events });
  return events.map((event) => (output === 'json' ? `${JSON.stringify(event)}\n` : `---\n${yamlText(event)}`)).join('');
}
