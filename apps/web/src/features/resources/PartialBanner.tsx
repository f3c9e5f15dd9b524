import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { formatCount } from '../../design/format.ts';
import { Notice } from '../../design/Notice.tsx';
import { texts } from '../../texts.ts';
import type { TableStatus } from './table-controller.ts';

/** Says what of the answer is missing or old, with why, and offers to try again. */
export function PartialBanner({ status, onRetry }: { status: TableStatus; onRetry(): void }) {
  const { failures, sources, phase } = status;
  const syncing = sources.filter((source) => source.phase === 'syncing');
  const stale = sources.filter((source) => source.phase === 'stale');
  if (phase !== 'ready') return null;
  return (
    <>
      {failures.length > 0 && (
        <Notice tone="warn" flush actions={<Button onClick={onRetry}>{texts.actions.retry}</Button>}>
          <p>{texts.partial.failed(failures.length, Math.max(sources.length, failures.length))}</p>
          {failures.map((failure) => (
            <p key={failure.cluster}>
              <strong>{failure.cluster}</strong>: {failure.message}
              {failure.since && (
                <>
                  {' '}
                  (<Age since={failure.since} />)
                </>
              )}
            </p>
          ))}
        </Notice>
      )}
      {stale.map(
        (source) =>
          !failures.some((failure) => failure.cluster === source.cluster) && (
            <Notice key={source.cluster} tone="warn" flush>
              {texts.partial.stale(source.cluster)} {source.asOf && <Age since={source.asOf} />}
            </Notice>
          ),
      )}
      {syncing.length > 0 && (
        <Notice tone="info" flush>
          {texts.partial.syncing(syncing.map((source) => source.cluster).join(', '))}
          {syncing.some((source) => source.loaded) &&
            ` ${texts.partial.loaded(formatCount(syncing.reduce((sum, source) => sum + (source.loaded ?? 0), 0)))}`}
        </Notice>
      )}
    </>
  );
}
