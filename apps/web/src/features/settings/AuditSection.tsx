import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import type { Tone } from '../../design/state-tone.ts';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './Settings.module.css';

const resultTone: Record<'allowed' | 'denied' | 'failed', Tone> = { allowed: 'ok', denied: 'warn', failed: 'bad' };

/** Who did what, to what, and whether it was allowed. */
export function AuditSection() {
  const { q = '' } = useSearch({ from: '/app/settings/$section' });
  const navigate = useNavigate({ from: '/settings/$section' });
  const [text, setText] = useState(q);
  useEffect(() => {
    if (text === q) return;
    const timer = setTimeout(
      () => void navigate({ search: (before) => ({ ...before, q: text || undefined }), replace: true }),
      250,
    );
    return () => clearTimeout(timer);
  }, [text, q, navigate]);
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['audit', q],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.call(routes.listAudit, {
        query: { limit: 100, ...(q ? { q } : {}), ...(pageParam ? { cursor: pageParam } : {}) },
        signal,
      }),
    getNextPageParam: (page) => page.nextCursor,
    placeholderData: (before) => before,
  });
  if (error && !data) return <ErrorState title={texts.settings.failed} error={error} onRetry={() => void refetch()} />;
  const items = data?.pages.flatMap((page) => page.items);
  return (
    <>
      <div className={styles.bar}>
        <div className={styles.find}>
          <TextField
            label={texts.filters.find}
            hideLabel
            type="search"
            data-page-search
            placeholder={texts.settings.findAudit}
            leading={<Search size={14} />}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      </div>
      {!items ? (
        <SkeletonLines count={8} label={texts.shell.loading} />
      ) : items.length === 0 ? (
        <EmptyState title={texts.settings.noAudit} />
      ) : (
        <SimpleTable
          label={texts.settings.audit}
          items={items}
          itemKey={(entry) => entry.id}
          columns={[
            {
              id: 'at',
              label: texts.clusters.when,
              cell: (entry) => <Age since={entry.at} suffix={` ${texts.object.ago}`} />,
            },
            { id: 'actor', label: texts.settings.actor, cell: (entry) => entry.actor.name },
            { id: 'verb', label: texts.settings.verb, cell: (entry) => <code>{entry.verb}</code> },
            { id: 'object', label: texts.home.object, grow: true, cell: (entry) => <code>{entry.object}</code> },
            {
              id: 'result',
              label: texts.settings.result,
              cell: (entry) => (
                <span>
                  <StateMark tone={resultTone[entry.result]} /> {texts.settings.results[entry.result]}
                </span>
              ),
            },
            {
              id: 'address',
              label: texts.settings.address,
              wideOnly: true,
              cell: (entry) => <code>{entry.address ?? ''}</code>,
            },
          ]}
        />
      )}
      {hasNextPage && (
        <div className={styles.more}>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {texts.actions.loadMore}
          </Button>
        </div>
      )}
    </>
  );
}
