import type { TableMessage } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';
import { followStream } from '../../runtime/live-stream.ts';
import { type Place, type PodChoice, readPod } from './pod-selection.ts';

export type NewPods = Place & { labelSelector: string; known: Set<string>; found(pod: PodChoice): void };

/** Finds pods that join a followed workload (a rollout, a scale-up), once each. */
export async function followNewPods(context: CliContext, options: NewPods): Promise<void> {
  const { cluster, namespace, labelSelector, known, found } = options;
  await followStream(context, {
    open: (lastId) =>
      context.api().events(routes.streamResources, {
        params: { resource: 'pods' },
        query: { clusters: cluster, namespaces: namespace, labelSelector, snapshot: true },
        ...(lastId ? { headers: { 'last-event-id': lastId } } : {}),
      }),
    event({ data }) {
      const message = JSON.parse(data) as TableMessage;
      if (message.type !== 'changes') return true;
      for (const { uid, name } of message.upserts.filter((row) => !known.has(row.uid))) {
        known.add(uid);
        readPod(context, options, name).then(found, () => known.delete(uid));
      }
      return true;
    },
  });
}
