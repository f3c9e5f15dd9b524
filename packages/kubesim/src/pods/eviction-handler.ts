import type { KubeObject } from '@pilothouse/kube';
import { sendJson } from '../api/answer.ts';
import { kubeError } from '../api/kube-error.ts';
import { contentType, decodeBody, readBody } from '../api/request-body.ts';
import type { SubresourceHandler } from '../api/subresource-handler.ts';
import { optionsOf } from '../api/write-handlers.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import type { ObjectWriter } from '../rules/object-writer.ts';
import { labelSelectorMatcher } from '../storage/label-selector.ts';

type Budget = {
  spec?: { selector?: Parameters<typeof labelSelectorMatcher>[0] };
  status?: {
    disruptionsAllowed?: number;
    currentHealthy?: number;
    desiredHealthy?: number;
    observedGeneration?: number;
  };
};
type Options = { gracePeriodSeconds?: number; dryRun?: string[]; preconditions?: { uid?: string } };

/** `pods/x/eviction`: deletes the pod unless a PodDisruptionBudget forbids it now (429). */
export function createEvictionHandler(deps: { writer: ObjectWriter; store: ObjectStorePort }): SubresourceHandler {
  return async (exchange, target, path) => {
    if (exchange.request.method !== 'POST') throw kubeError.methodNotAllowed();
    const eviction = decodeBody(await readBody(exchange), contentType(exchange)) as { deleteOptions?: Options };
    const options = eviction.deleteOptions ?? {};
    const dryRun = optionsOf(exchange, '').dryRun || options.dryRun?.includes('All') === true;
    const pod = deps.writer.get(target, path);
    if (!isOver(pod)) spendBudget(deps.store, pod, dryRun);
    deps.writer.remove(target, path, {
      dryRun,
      gracePeriodSeconds: options.gracePeriodSeconds,
      preconditions: options.preconditions,
    });
    sendJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  };
}

function isOver(pod: KubeObject): boolean {
  const phase = (pod.status as { phase?: string } | undefined)?.phase;
  return (
    phase === 'Succeeded' || phase === 'Failed' || phase === 'Pending' || pod.metadata.deletionTimestamp !== undefined
  );
}

function spendBudget(store: ObjectStorePort, pod: KubeObject, dryRun: boolean): void {
  const namespace = pod.metadata.namespace ?? '';
  const budgets = [...store.list('poddisruptionbudgets.policy', namespace)].filter((budget) => {
    const selector = (budget as Budget).spec?.selector;
    return selector !== undefined && labelSelectorMatcher(selector)(pod.metadata.labels);
  });
  if (budgets.length > 1) {
    throw kubeError.internal(
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    );
  }
  const [budget] = budgets;
  if (budget === undefined) return;
  const { name, generation = 0 } = budget.metadata;
  const { status = {} } = budget as Budget;
  if ((status.observedGeneration ?? 0) < generation) {
    throw kubeError.tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 10, [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${name} is still being processed by the server.`,
        field: '',
      },
    ]);
  }
  if ((status.disruptionsAllowed ?? 0) <= 0) {
    throw kubeError.tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 0, [
      {
        reason: 'DisruptionBudget',
        message: `The disruption budget ${name} needs ${status.desiredHealthy ?? 0} healthy pods and has ${status.currentHealthy ?? 0} currently`,
        field: '',
      },
    ]);
  }
  if (dryRun) return;
  store.update(
    'poddisruptionbudgets.policy',
    { namespace, name },
    (draft) => {
      const next = draft.status as { disruptionsAllowed: number; disruptedPods?: Record<string, string> };
      next.disruptionsAllowed--;
      next.disruptedPods = { ...next.disruptedPods, [pod.metadata.name]: `${new Date().toISOString().slice(0, 19)}Z` };
    },
    { subresource: 'status', manager: 'kube-apiserver' },
  );
}
