import { ErrorState } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { LinkButton } from '../../design/LinkButton.tsx';
import { texts } from '../../texts.ts';
import type { TableStatus } from './table-controller.ts';

export type TableNothingProps = {
  status: TableStatus;
  kind: string;
  noClusters: boolean;
  filtered: boolean;
  onClear(): void;
  onRetry(): void;
};

/** Why a table has no rows, and what to do about it. */
export function TableNothing({ status, kind, noClusters, filtered, onClear, onRetry }: TableNothingProps) {
  if (noClusters)
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
  if (status.phase === 'failed')
    return <ErrorState title={texts.table.failed(kind)} error={status.error} onRetry={onRetry} />;
  if (filtered)
    return (
      <EmptyState
        title={texts.table.nothingMatches(kind)}
        actions={<Button onClick={onClear}>{texts.filters.clear}</Button>}
      >
        {texts.table.nothingMatchesText}
      </EmptyState>
    );
  return (
    <EmptyState title={texts.table.none(kind)}>
      {status.complete ? texts.table.noneText : texts.table.noneYet}
    </EmptyState>
  );
}
