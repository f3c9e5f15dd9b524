import { routeTable as routes } from '@pilothouse/contract/client';
import { ageOf } from '../../output/age.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { printRecords } from '../print-records.ts';

export async function printConnectionLog(
  context: CliContext,
  options: { limit: number; output: string },
  name: string,
): Promise<number> {
  const now = context.io.now();
  const { items } = await context
    .api()
    .call(routes.connectionLog, { params: { cluster: name }, query: { limit: Math.min(options.limit, 1000) } });
  await printRecords(context, items, {
    columns: [
      { label: 'TIME', text: ({ at }) => at },
      { label: 'AGE', text: ({ at }) => ageOf(at, now) },
      { label: 'FROM', text: ({ from }) => from },
      { label: 'TO', text: ({ to }) => to },
      { label: 'LATENCY', text: ({ latencyMs }) => (latencyMs === undefined ? '' : `${Math.round(latencyMs)}ms`) },
      { label: 'MESSAGE', text: ({ code, message }) => [code, message].filter(Boolean).join(': ') },
    ],
    output: options.output,
    name: ({ at }) => at,
    none: 'Its state has not changed yet.',
  });
  return 0;
}
