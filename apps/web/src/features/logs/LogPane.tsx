import { useQuery } from '@tanstack/react-query';
import { useMemo, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import type { DockTarget } from '../../app/dock/dock-store.ts';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { texts } from '../../texts.ts';
import { containersOf } from '../object/containers.ts';
import { podSelector } from '../object/pod-selector.ts';
import { refParams } from '../resources/object-ref.ts';
import styles from './LogPane.module.css';
import { LogStream } from './LogStream.tsx';

type LogTarget = DockTarget & { type: 'logs' };

/** The log of a pod, or of one pod at a time of a workload. */
export function LogPane({ target, visible }: { target: LogTarget; visible: boolean }) {
  const pods = useWorkloadPods(target);
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const pod = target.resource === 'pods' ? target.name : (chosen ?? pods.data?.[0]);
  if (target.resource !== 'pods') {
    if (pods.error)
      return <ErrorState title={texts.logs.failed} error={pods.error} onRetry={() => void pods.refetch()} />;
    if (!pods.data) return <SkeletonLines label={texts.shell.loading} />;
    if (!pod) return <EmptyState title={texts.object.noPods}>{texts.object.noPodsText}</EmptyState>;
  }
  if (!pod) return null;
  return <PodLog key={pod} target={target} pod={pod} pods={pods.data ?? [pod]} visible={visible} onPod={setChosen} />;
}

function useWorkloadPods(target: LogTarget) {
  return useQuery({
    queryKey: ['log-pods', target.cluster, target.resource, target.namespace, target.name],
    enabled: target.resource !== 'pods',
    queryFn: async ({ signal }) => {
      const { object } = await api.call(routes.getObject, { params: refParams(target), signal });
      const labelSelector = podSelector(object);
      if (!labelSelector) return [];
      const list = await api.call(routes.listResources, {
        params: { resource: 'pods' },
        query: { clusters: target.cluster, namespaces: target.namespace, labelSelector, limit: 200 },
        signal,
      });
      return list.items.map((row) => row.name);
    },
    refetchInterval: 15_000,
  });
}

type PodLogProps = {
  target: LogTarget;
  pod: string;
  pods: readonly string[];
  visible: boolean;
  onPod(pod: string): void;
};

function PodLog({ target, pod, pods, visible, onPod }: PodLogProps) {
  const ref = { cluster: target.cluster, resource: 'pods', namespace: target.namespace, name: pod };
  const { data, error, refetch } = useQuery({
    queryKey: ['log-containers', target.cluster, target.namespace, pod],
    queryFn: async ({ signal }) => {
      const { object } = await api.call(routes.getObject, { params: refParams(ref), signal });
      return { containers: containersOf(object), preferred: defaultContainer(object) };
    },
    staleTime: 60_000,
  });
  const names = useMemo(() => data?.containers.map((container) => container.name) ?? [], [data]);
  const [container, setContainer] = useState<string | undefined>(target.container);
  const shown = container ?? data?.preferred ?? names[0];
  if (error) return <ErrorState title={texts.logs.failed} error={error} onRetry={() => void refetch()} />;
  if (!shown) return <SkeletonLines label={texts.shell.loading} />;
  return (
    <div className={styles.pane}>
      <LogStream
        key={`${pod} ${shown}`}
        source={{ cluster: target.cluster, namespace: target.namespace, pod, container: shown }}
        pods={pods}
        containers={names}
        visible={visible}
        onPod={onPod}
        onContainer={setContainer}
      />
    </div>
  );
}

/** As kubectl does (kubectl.kubernetes.io/default-container). */
function defaultContainer(object: unknown): string | undefined {
  const annotations = (object as { metadata?: { annotations?: Record<string, unknown> } }).metadata?.annotations;
  const name = annotations?.['kubectl.kubernetes.io/default-container'];
  return typeof name === 'string' ? name : undefined;
}
