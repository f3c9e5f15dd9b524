import type { AuditEntry } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';
import { withoutUndefined } from '../get/resource-rows.ts';
import { printRecords } from '../print-records.ts';

type AuditOptions = {
  actor?: string;
  verb?: string;
  cluster?: string;
  query?: string;
  since?: number;
  limit: number;
  output: string;
};

export async function listAudit(context: CliContext, options: AuditOptions): Promise<number> {
  const { actor, verb, cluster, query: q, since, limit } = options;
  const from = since === undefined ? undefined : new Date(context.io.now() - since).toISOString();
  const items: AuditEntry[] = [];
  let cursor: string | undefined;
  do {
    const size = Math.min(1000, limit - items.length);
    const page = await context
      .api()
      .call(routes.listAudit, { query: withoutUndefined({ actor, verb, cluster, q, from, cursor, limit: size }) });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor && items.length < limit);
  await printRecords(context, items, {
    columns: [
      { label: 'TIME', text: (entry) => entry.at },
      { label: 'ACTOR', text: (entry) => entry.actor.name },
      { label: 'VERB', text: (entry) => entry.verb },
      { label: 'OBJECT', text: (entry) => entry.object },
      {
        label: 'RESULT',
        text: (entry) => entry.result,
        paint: (text, { result }) => (result === 'allowed' ? text : context.style('red', text)),
      },
      { label: 'ADDRESS', text: (entry) => entry.address, wide: true },
      { label: 'REQUEST', text: (entry) => entry.requestId, wide: true },
    ],
    output: options.output,
    name: (entry) => entry.id,
    none: 'No entries match.',
  });
  return 0;
}
