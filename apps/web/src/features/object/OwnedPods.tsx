import type { ResourceRow } from '@pilothouse/contract';
import { Link } from '@tanstack/react-router';
import { ScrollText } from 'lucide-react';
import { dock } from '../../app/dock/dock-store.ts';
import { ErrorState } from '../../app/ErrorNotice.tsx';
import { Age } from '../../design/Age.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { IconButton } from '../../design/IconButton.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { HealthBadge } from '../../design/StateBadge.tsx';
import { texts } from '../../texts.ts';
import { type ObjectRef, refOf, refParams } from '../resources/object-ref.ts';
import { useResourceTable } from '../resources/useResourceTable.ts';
import { podSelector } from './pod-selector.ts';

/** The pods of a workload, by its selector, live. */
export function OwnedPods({ target, object }: { target: ObjectRef; object: unknown }) {
  const selector = podSelector(object);
  const { controller, status, snapshot } = useResourceTable({
    resource: 'pods',
    clusters: target.cluster,
    namespaces: target.namespace,
    labelSelector: selector ?? 'pilothouse.none=none',
  });
  if (status.phase === 'failed')
    return (
      <ErrorState
        title={texts.table.failed(texts.object.pods)}
        error={status.error}
        onRetry={() => controller?.reload()}
      />
    );
  if (status.phase === 'loading') return <SkeletonLines count={5} label={texts.shell.loading} />;
  const extra = status.columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => ['ready', 'restarts', 'node'].includes(column.id));
  if (snapshot.rows.length === 0) return <EmptyState title={texts.object.noPods}>{texts.object.noPodsText}</EmptyState>;
  return (
    <SimpleTable<ResourceRow>
      label={texts.object.pods}
      items={snapshot.rows}
      itemKey={(row) => row.id}
      columns={[
        {
          id: 'name',
          label: texts.table.name,
          grow: true,
          cell: (row) => (
            <Link
              to="/resources/$resource/$cluster/$namespace/$name"
              params={refParams(refOf('pods', row))}
              className="mono"
            >
              {row.name}
            </Link>
          ),
        },
        { id: 'health', label: texts.table.health, cell: (row) => <HealthBadge health={row.health} /> },
        ...extra.map(({ column, index }) => ({
          id: column.id,
          label: column.label,
          wideOnly: column.id === 'node',
          ...(column.id === 'node' ? {} : { align: 'end' as const }),
          cell: (row: ResourceRow) => String(row.cells[index] ?? ''),
        })),
        {
          id: 'age',
          label: texts.table.age,
          align: 'end',
          cell: (row) => (row.createdAt ? <Age since={row.createdAt} /> : ''),
        },
        {
          id: 'logs',
          label: texts.object.logs,
          hideLabel: true,
          cell: (row) => (
            <IconButton
              label={texts.object.logsOf(row.name)}
              icon={<ScrollText size={14} />}
              onClick={() => dock.open({ type: 'logs', ...refOf('pods', row) })}
            />
          ),
        },
      ]}
    />
  );
}
