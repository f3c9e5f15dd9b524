import type { KubeEvent } from '@pilothouse/contract';
import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { useDoorbell } from '../../app/live/useDoorbell.ts';
import { kindsQuery } from '../../app/queries.ts';
import { scopeQuery, useScope } from '../../app/useScope.ts';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { ToggleChip } from '../../design/Chips.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { KindGlyph } from '../../design/KindGlyph.tsx';
import { Notice } from '../../design/Notice.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import { resourceOfKind } from '../object/kube-shape.ts';
import { ObjectLink } from '../object/ObjectLink.tsx';
import styles from './Events.module.css';

/** Kubernetes Events of every cluster in scope, newest first. */
export function EventsPage() {
  const search = useSearch({ from: '/app/events' });
  const navigate = useNavigate({ from: '/events' });
  const scope = useScope();
  const queries = useQueryClient();
  const [text, setText] = useState(search.q ?? '');
  const warnings = search.type === 'Warning';
  const filter = {
    ...scopeQuery(scope),
    ...(search.q ? { q: search.q } : {}),
    ...(warnings ? { type: 'Warning' as const } : {}),
  };
  const key = ['events', filter];
  useDoorbell(
    { resource: 'events', ...scopeQuery(scope) },
    () => void queries.invalidateQueries({ queryKey: key }),
    2000,
  );
  const { data, error, hasNextPage, fetchNextPage, isFetchingNextPage, refetch } = useInfiniteQuery({
    queryKey: key,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.call(routes.listEvents, {
        query: { ...filter, limit: 200, ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  });
  const kinds = useQuery(kindsQuery(undefined)).data?.items ?? [];
  useEffect(() => {
    if (text === (search.q ?? '')) return;
    const timer = setTimeout(
      () => void navigate({ search: (before) => ({ ...before, q: text || undefined }), replace: true }),
      200,
    );
    return () => clearTimeout(timer);
  }, [text, search.q, navigate]);

  const items = data?.pages.flatMap((page) => page.items) ?? [];
  const failures = data?.pages[0]?.failures ?? [];
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <h1 className={styles.title}>{texts.nav.events}</h1>
        <div className={styles.find}>
          <TextField
            label={texts.filters.find}
            hideLabel
            type="search"
            data-page-search
            placeholder={texts.events.findHint}
            leading={<Search size={14} />}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
        <ToggleChip
          pressed={warnings}
          label={texts.events.warningsOnly}
          mark={<StateMark tone="warn" />}
          onToggle={() =>
            void navigate({ search: (before) => ({ ...before, type: warnings ? undefined : 'Warning' }) })
          }
        />
      </header>
      {failures.length > 0 && (
        <Notice tone="warn" flush actions={<Button onClick={() => void refetch()}>{texts.actions.retry}</Button>}>
          {failures.map((failure) => (
            <p key={failure.cluster}>
              <strong>{failure.cluster}</strong>: {failure.message}
            </p>
          ))}
        </Notice>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label={texts.nav.events}>
        {error && !data ? (
          <ErrorState title={texts.events.failed} error={error} onRetry={() => void refetch()} />
        ) : !data ? (
          <SkeletonLines count={12} label={texts.shell.loading} />
        ) : items.length === 0 ? (
          <EmptyState title={texts.events.none}>{texts.events.noneText}</EmptyState>
        ) : (
          <ul className={styles.list}>
            {items.map((event) => (
              <EventRow key={`${event.cluster}/${event.namespace}/${event.name}`} event={event} kinds={kinds} />
            ))}
            {hasNextPage && (
              <li className={styles.more}>
                <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
                  {texts.actions.loadMore}
                </Button>
              </li>
            )}
          </ul>
        )}
      </section>
    </div>
  );
}

type EventRowProps = { event: KubeEvent; kinds: readonly { resource: string; group: string; kind: string }[] };

export function EventRow({ event, kinds }: EventRowProps) {
  const { object } = event;
  const resource = resourceOfKind(kinds, { apiVersion: object.apiVersion ?? 'v1', kind: object.kind });
  return (
    <li className={styles.group}>
      <StateMark tone={event.type === 'Warning' ? 'warn' : 'none'} label={event.type} />
      <span className={styles.reason}>{event.reason}</span>
      <div className={styles.body}>
        <div className={styles.object}>
          {resource && <KindGlyph resource={resource} />}
          {resource ? (
            <ObjectLink
              target={{ cluster: event.cluster, resource, namespace: object.namespace ?? '', name: object.name }}
            />
          ) : (
            <span className="mono">{`${object.kind}/${object.name}`}</span>
          )}
          <span className={styles.quiet}>{[event.cluster, object.namespace].filter(Boolean).join(' / ')}</span>
        </div>
        <p className={styles.message}>{event.message}</p>
      </div>
      <span className={styles.count}>{event.count > 1 ? `× ${event.count}` : ''}</span>
      <span className={styles.age}>{event.lastAt && <Age since={event.lastAt} />}</span>
    </li>
  );
}
