import type { Cluster } from '@pilothouse/contract';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Plus, Search } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { clustersQuery, meQuery } from '../../app/queries.ts';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { LabelChips } from '../../design/Chips.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { ConnectionBadge } from '../../design/StateBadge.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './Clusters.module.css';
import { problemFirst } from './problem-first.ts';

const RegisterDialog = lazy(async () => ({ default: (await import('./RegisterDialog.tsx')).RegisterDialog }));

export function ClustersPage() {
  const search = useSearch({ from: '/app/clusters' });
  const navigate = useNavigate({ from: '/clusters' });
  const { data, error, refetch } = useQuery(clustersQuery);
  const me = useQuery(meQuery).data;
  const mayRegister =
    me?.roleBindings.some((binding) => binding.cluster === undefined && binding.role === 'admin') ?? true;
  const wanted = (search.q ?? '').toLowerCase();
  const shown = problemFirst(data ?? []).filter(
    (cluster) =>
      cluster.name.includes(wanted) ||
      cluster.server.includes(wanted) ||
      Object.entries(cluster.labels).some(([key, value]) => `${key}=${value}`.includes(wanted)),
  );
  const register = () => void navigate({ search: (before) => ({ ...before, register: 'kubeconfig' }) });
  const registerButton = (
    <Button
      variant="primary"
      icon={<Plus size={14} />}
      disabledReason={mayRegister ? undefined : texts.clusters.mayNotRegister}
      onClick={register}
    >
      {texts.clusters.register}
    </Button>
  );
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <h1 className={styles.title}>{texts.nav.clusters}</h1>
        {data && <span className={styles.quiet}>{data.length}</span>}
        {data && data.length > 5 && (
          <div className={styles.find}>
            <TextField
              label={texts.clusters.find}
              hideLabel
              type="search"
              data-page-search
              leading={<Search size={14} />}
              placeholder={texts.clusters.find}
              value={search.q ?? ''}
              onChange={(event) =>
                void navigate({
                  search: (before) => ({ ...before, q: event.target.value || undefined }),
                  replace: true,
                })
              }
            />
          </div>
        )}
        <span className={styles.spring} />
        {registerButton}
      </header>
      {error && !data ? (
        <ErrorState title={texts.clusters.failed} error={error} onRetry={() => void refetch()} />
      ) : !data ? (
        <SkeletonLines count={5} label={texts.shell.loading} />
      ) : data.length === 0 ? (
        <EmptyState title={texts.clusters.none} actions={registerButton}>
          {texts.clusters.noneText}
        </EmptyState>
      ) : (
        <ClusterTable
          clusters={shown}
          onOpen={(cluster) => void navigate({ to: '/clusters/$cluster', params: { cluster: cluster.name } })}
        />
      )}
      {search.register && (
        <Suspense fallback={null}>
          <RegisterDialog
            means={search.register}
            onMeans={(means) => void navigate({ search: (before) => ({ ...before, register: means }), replace: true })}
            onClose={() => void navigate({ search: (before) => ({ ...before, register: undefined }) })}
          />
        </Suspense>
      )}
    </div>
  );
}

function ClusterTable({ clusters, onOpen }: { clusters: readonly Cluster[]; onOpen(cluster: Cluster): void }) {
  return (
    <SimpleTable
      label={texts.nav.clusters}
      items={clusters}
      itemKey={(cluster) => cluster.id}
      onOpen={onOpen}
      columns={[
        {
          id: 'name',
          label: texts.table.name,
          grow: true,
          cell: (cluster) => (
            <div className={styles.nameCell}>
              <Link to="/clusters/$cluster" params={{ cluster: cluster.name }} className={styles.name}>
                {cluster.name}
              </Link>
              {cluster.default && <span className={styles.tag}>{texts.clusters.default}</span>}
              {cluster.connection.error && cluster.connection.state !== 'connected' && (
                <p className={styles.error}>{cluster.connection.error.message}</p>
              )}
              {Object.keys(cluster.labels).length > 0 && <LabelChips labels={cluster.labels} limit={4} />}
            </div>
          ),
        },
        {
          id: 'state',
          label: texts.clusters.state,
          cell: (cluster) => <ConnectionBadge connection={cluster.connection} />,
        },
        {
          id: 'since',
          label: texts.clusters.since,
          align: 'end',
          wideOnly: true,
          cell: (cluster) => <Age since={cluster.connection.since} />,
        },
        {
          id: 'latency',
          label: texts.clusters.latency,
          align: 'end',
          wideOnly: true,
          cell: (cluster) =>
            cluster.connection.latencyMs === undefined ? '' : `${Math.round(cluster.connection.latencyMs)} ms`,
        },
        {
          id: 'version',
          label: texts.clusters.version,
          wideOnly: true,
          cell: (cluster) => cluster.facts?.version ?? '',
        },
        {
          id: 'provider',
          label: texts.clusters.provider,
          wideOnly: true,
          cell: (cluster) => (cluster.facts ? texts.clusters.providers[cluster.facts.provider] : ''),
        },
        {
          id: 'nodes',
          label: texts.clusters.nodes,
          align: 'end',
          wideOnly: true,
          cell: (cluster) => (cluster.facts?.nodes ? `${cluster.facts.nodes.ready}/${cluster.facts.nodes.total}` : ''),
        },
        { id: 'role', label: texts.clusters.role, wideOnly: true, cell: (cluster) => texts.roles[cluster.role] },
      ]}
    />
  );
}
