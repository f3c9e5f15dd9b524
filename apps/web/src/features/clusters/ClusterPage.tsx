import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { Boxes, Stethoscope } from 'lucide-react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { clusterQuery } from '../../app/queries.ts';
import { Button } from '../../design/Button.tsx';
import { LinkButton } from '../../design/LinkButton.tsx';
import { Notice } from '../../design/Notice.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { ConnectionBadge } from '../../design/StateBadge.tsx';
import { Tabs } from '../../design/Tabs.tsx';
import { texts } from '../../texts.ts';
import { ClusterFactsTab } from './ClusterFactsTab.tsx';
import { ClusterSettingsTab } from './ClusterSettingsTab.tsx';
import styles from './Clusters.module.css';
import { ConnectionLogTab } from './ConnectionLogTab.tsx';
import { SharesTab } from './SharesTab.tsx';
import { TestSteps } from './TestSteps.tsx';

export function ClusterPage() {
  const { cluster: name } = useParams({ from: '/app/clusters/$cluster' });
  const { tab = 'overview' } = useSearch({ from: '/app/clusters/$cluster' });
  const navigate = useNavigate({ from: '/clusters/$cluster' });
  const queries = useQueryClient();
  const { data: cluster, error, refetch } = useQuery(clusterQuery(name));
  const test = useMutation({
    mutationFn: () => api.call(routes.testCluster, { params: { cluster: name } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['clusters'] }),
  });
  if (error && !cluster)
    return <ErrorState title={texts.clusters.oneFailed(name)} error={error} onRetry={() => void refetch()} />;
  if (!cluster) return <SkeletonLines count={8} label={texts.shell.loading} />;
  const show = (next: string) =>
    void navigate({ search: (before) => ({ ...before, tab: next === 'overview' ? undefined : next }), replace: true });
  return (
    <div className={styles.page}>
      <header className={styles.top}>
        <h1 className={styles.title}>{cluster.name}</h1>
        {cluster.default && <span className={styles.tag}>{texts.clusters.default}</span>}
        <ConnectionBadge connection={cluster.connection} />
        <span className={styles.spring} />
        <Button icon={<Stethoscope size={14} />} busy={test.isPending} onClick={() => test.mutate()}>
          {texts.clusters.testNow}
        </Button>
        <LinkButton
          to="/resources/$resource"
          params={{ resource: 'pods' }}
          search={{ clusters: cluster.name }}
          icon={<Boxes size={14} />}
        >
          {texts.clusters.resources}
        </LinkButton>
      </header>
      {cluster.connection.error && cluster.connection.state !== 'connected' && (
        <Notice tone="warn" flush>
          {cluster.connection.error.message}
        </Notice>
      )}
      {test.error && <ErrorNotice error={test.error} title={texts.clusters.testFailed} />}
      {test.data && (
        <div className={styles.section}>
          <TestSteps test={test.data} />
        </div>
      )}
      <Tabs
        label={texts.clusters.tabs}
        value={tab}
        onChange={show}
        items={[
          { value: 'overview', label: texts.clusters.overview, content: () => <ClusterFactsTab cluster={cluster} /> },
          { value: 'log', label: texts.clusters.connectionLog, content: () => <ConnectionLogTab cluster={cluster} /> },
          { value: 'shares', label: texts.clusters.shares, content: () => <SharesTab cluster={cluster} /> },
          {
            value: 'settings',
            label: texts.nav.settings,
            content: () => (
              <ClusterSettingsTab
                cluster={cluster}
                onRenamed={(next) =>
                  void navigate({
                    to: '/clusters/$cluster',
                    params: { cluster: next },
                    search: { tab: 'settings' },
                    replace: true,
                  })
                }
                onRemoved={() => void navigate({ to: '/clusters' })}
              />
            ),
          },
        ]}
      />
    </div>
  );
}
