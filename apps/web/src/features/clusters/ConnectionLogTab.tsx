import type { Cluster } from '@pilothouse/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import { connectionTone } from '../../design/state-tone.ts';
import { texts } from '../../texts.ts';
import styles from './Clusters.module.css';

export function ConnectionLogTab({ cluster }: { cluster: Cluster }) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['clusters', cluster.name, 'log'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.call(routes.connectionLog, {
        params: { cluster: cluster.name },
        query: { limit: 50, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
  if (error && !data)
    return <ErrorState title={texts.clusters.logFailed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines count={5} label={texts.shell.loading} />;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <EmptyState title={texts.clusters.logEmpty}>{texts.clusters.logEmptyText}</EmptyState>;
  return (
    <>
      <SimpleTable
        label={texts.clusters.connectionLog}
        items={items}
        itemKey={(entry) => `${entry.at} ${entry.to}`}
        columns={[
          {
            id: 'at',
            label: texts.clusters.when,
            cell: (entry) => <Age since={entry.at} suffix={` ${texts.object.ago}`} />,
          },
          {
            id: 'change',
            label: texts.clusters.change,
            cell: (entry) => (
              <span className={styles.nameCell}>
                <span className={styles.quiet}>{texts.connection[entry.from]} →</span>
                <StateMark tone={connectionTone[entry.to]} /> {texts.connection[entry.to]}
              </span>
            ),
          },
          { id: 'message', label: texts.home.message, grow: true, cell: (entry) => entry.message ?? '' },
          {
            id: 'latency',
            label: texts.clusters.latency,
            align: 'end',
            wideOnly: true,
            cell: (entry) => (entry.latencyMs === undefined ? '' : `${Math.round(entry.latencyMs)} ms`),
          },
        ]}
      />
      {hasNextPage && (
        <div className={styles.buttons}>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {texts.actions.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}
