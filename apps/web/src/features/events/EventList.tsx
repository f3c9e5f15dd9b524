import type { KubeEvent } from '@pilothouse/contract';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { useDoorbell } from '../../app/live/useDoorbell.ts';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import { texts } from '../../texts.ts';
import type { ObjectRef } from '../resources/object-ref.ts';
import styles from './Events.module.css';

/** What happened to one object, newest first, live. */
export function EventList({ target, uid }: { target: ObjectRef; uid: string | undefined }) {
  const queries = useQueryClient();
  const key = ['events', target.cluster, target.namespace, uid ?? target.name];
  useDoorbell(
    uid === undefined
      ? undefined
      : { resource: 'events', clusters: target.cluster, fieldSelector: `involvedObject.uid=${uid}` },
    () => void queries.invalidateQueries({ queryKey: key }),
  );
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: key,
    enabled: uid !== undefined,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.call(routes.listEvents, {
        query: {
          clusters: target.cluster,
          ...(target.namespace ? { namespaces: target.namespace } : {}),
          ...(uid ? { object: uid } : {}),
          limit: 100,
          ...(pageParam ? { cursor: pageParam } : {}),
        },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
  });
  if (error && !data) return <ErrorState title={texts.events.failed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines count={5} label={texts.shell.loading} />;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0)
    return <EmptyState title={texts.events.noneOfObject}>{texts.events.noneOfObjectText}</EmptyState>;
  return (
    <ul className={styles.list}>
      {items.map((event) => (
        <EventLine key={`${event.namespace}/${event.name}`} event={event} />
      ))}
      {hasNextPage && (
        <li className={styles.more}>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {texts.actions.loadMore}
          </Button>
        </li>
      )}
    </ul>
  );
}

function EventLine({ event }: { event: KubeEvent }) {
  return (
    <li className={styles.line}>
      <StateMark tone={event.type === 'Warning' ? 'warn' : 'none'} label={event.type} />
      <div className={styles.words}>
        <div className={styles.head}>
          <strong>{event.reason}</strong>
          {event.count > 1 && <span className={styles.quiet}>× {event.count}</span>}
          {event.source && <span className={styles.quiet}>{event.source}</span>}
          <span className={styles.when}>{event.lastAt && <Age since={event.lastAt} />}</span>
        </div>
        <p className={styles.message}>{event.message}</p>
      </div>
    </li>
  );
}
