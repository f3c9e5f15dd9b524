import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { clustersQuery, kindsQuery } from '../../app/queries.ts';
import { scopeQuery, useScope } from '../../app/useScope.ts';
import { Age } from '../../design/Age.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { KindGlyph } from '../../design/KindGlyph.tsx';
import { LinkButton } from '../../design/LinkButton.tsx';
import { Notice } from '../../design/Notice.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { ConnectionBadge, StateMark } from '../../design/StateBadge.tsx';
import { texts } from '../../texts.ts';
import { EventRow } from '../events/EventsPage.tsx';
import { ObjectLink } from '../object/ObjectLink.tsx';
import { refOf } from '../resources/object-ref.ts';
import styles from './HomePage.module.css';
import { useProblems } from './useProblems.ts';
import { useWarnings } from './useWarnings.ts';

/** What needs me now, over everything in scope. */
export function HomePage() {
  const scope = scopeQuery(useScope());
  const clusters = useQuery(clustersQuery);
  if (clusters.error && !clusters.data)
    return <ErrorState title={texts.clusters.failed} error={clusters.error} onRetry={() => void clusters.refetch()} />;
  if (clusters.data?.length === 0)
    return (
      <EmptyState
        title={texts.clusters.none}
        actions={
          <LinkButton to="/clusters" search={{ register: 'kubeconfig' }} variant="primary">
            {texts.clusters.register}
          </LinkButton>
        }
      >
        {texts.clusters.noneText}
      </EmptyState>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <div className={styles.page} tabIndex={0}>
      <h1 className={styles.title}>{texts.home.title}</h1>
      <ClusterLine />
      <Problems scope={scope} />
      <Warnings scope={scope} />
    </div>
  );
}

function ClusterLine() {
  const clusters = useQuery(clustersQuery).data;
  if (!clusters) return <SkeletonLines count={2} label={texts.shell.loading} />;
  const troubled = clusters.filter(
    (cluster) => cluster.connection.state !== 'connected' && cluster.connection.state !== 'pending',
  );
  return (
    <section className={styles.section} aria-labelledby="home-clusters">
      <header className={styles.head}>
        <h2 id="home-clusters">{texts.nav.clusters}</h2>
        <span className={styles.sum}>
          {texts.home.clustersConnected(clusters.length - troubled.length, clusters.length)}
        </span>
        <Link to="/clusters" className={styles.more}>
          {texts.home.allClusters}
        </Link>
      </header>
      {troubled.map((cluster) => (
        <div key={cluster.id} className={styles.trouble}>
          <ConnectionBadge connection={cluster.connection} />
          <Link to="/clusters/$cluster" params={{ cluster: cluster.name }}>
            {cluster.name}
          </Link>
          <span className={styles.quiet}>
            <Age since={cluster.connection.since} />
          </span>
          <span className={styles.words}>{cluster.connection.error?.message}</span>
        </div>
      ))}
    </section>
  );
}

type Scope = ReturnType<typeof scopeQuery>;

function Problems({ scope }: { scope: Scope }) {
  const { counts, rows, loading, failures, error, retry } = useProblems(scope);
  const total = counts.reduce((sum, each) => sum + each.total, 0);
  return (
    <section className={styles.section} aria-labelledby="home-problems">
      <header className={styles.head}>
        <h2 id="home-problems">{texts.home.degraded}</h2>
        {!loading && <span className={styles.sum}>{total}</span>}
        <span className={styles.kinds}>
          {counts
            .filter((each) => each.total > 0)
            .map((each) => (
              <Link
                key={each.resource}
                to="/resources/$resource"
                params={{ resource: each.resource }}
                search={(before) => ({ ...before, health: 'degraded' })}
                className={styles.kind}
              >
                <KindGlyph resource={each.resource} />
                {each.kind} <span className={styles.sum}>{each.total}</span>
              </Link>
            ))}
        </span>
      </header>
      {failures.length > 0 && (
        <div className={styles.partial}>
          <Notice tone="warn">{texts.home.partial(failures.join(', '))}</Notice>
        </div>
      )}
      {error && rows.length === 0 ? (
        <ErrorState title={texts.home.failed} error={error} onRetry={retry} />
      ) : loading && rows.length === 0 ? (
        <SkeletonLines count={6} label={texts.shell.loading} />
      ) : rows.length === 0 ? (
        <EmptyState title={texts.home.allWell} mark={<StateMark tone="ok" />}>
          {texts.home.allWellText}
        </EmptyState>
      ) : (
        <SimpleTable
          label={texts.home.degraded}
          items={rows}
          itemKey={({ resource, row }) => `${resource} ${row.id}`}
          columns={[
            {
              id: 'object',
              label: texts.home.object,
              cell: ({ resource, row }) => (
                <span className={styles.object}>
                  <KindGlyph resource={resource} />
                  <ObjectLink target={refOf(resource, row)} />
                </span>
              ),
            },
            {
              id: 'reason',
              label: texts.object.reason,
              cell: ({ row }) => (
                <span className={styles.object}>
                  <StateMark tone="bad" label={texts.health[row.health.status]} />
                  {row.health.reason}
                </span>
              ),
            },
            {
              id: 'message',
              label: texts.home.message,
              grow: true,
              wideOnly: true,
              cell: ({ row }) => <span className={styles.message}>{row.health.message}</span>,
            },
            {
              id: 'where',
              label: texts.home.where,
              wideOnly: true,
              cell: ({ row }) => (
                <span className={styles.quiet}>{[row.cluster, row.namespace].filter(Boolean).join(' / ')}</span>
              ),
            },
            {
              id: 'age',
              label: texts.table.age,
              align: 'end',
              cell: ({ row }) => (row.createdAt ? <Age since={row.createdAt} /> : ''),
            },
          ]}
        />
      )}
    </section>
  );
}

function Warnings({ scope }: { scope: Scope }) {
  const { data, error, refetch } = useWarnings(scope);
  const kinds = useQuery(kindsQuery(undefined)).data?.items ?? [];
  return (
    <section className={styles.section} aria-labelledby="home-warnings">
      <header className={styles.head}>
        <h2 id="home-warnings">{texts.home.warnings}</h2>
        <Link to="/events" search={(before) => ({ ...before, type: 'Warning' })} className={styles.more}>
          {texts.home.allEvents}
        </Link>
      </header>
      {error && !data ? (
        <ErrorState title={texts.events.failed} error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines count={5} label={texts.shell.loading} />
      ) : data.items.length === 0 ? (
        <EmptyState title={texts.home.noWarnings} />
      ) : (
        <ul className={styles.events}>
          {data.items.map((event) => (
            <EventRow key={`${event.cluster}/${event.namespace}/${event.name}`} event={event} kinds={kinds} />
          ))}
        </ul>
      )}
    </section>
  );
}
