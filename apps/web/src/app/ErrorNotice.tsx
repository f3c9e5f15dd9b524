import { isAppError, messageOf } from '@pilothouse/core';
import { Button } from '../design/Button.tsx';
import { CopyButton } from '../design/CopyButton.tsx';
import { EmptyState } from '../design/EmptyState.tsx';
import { Notice } from '../design/Notice.tsx';
import { texts } from '../texts.ts';
import styles from './ErrorNotice.module.css';

/** What failed, in the server's or the cluster's own words, what to do, and the id under which the log has it. */
function ErrorWords({ error }: { error: unknown }) {
  const requestId = isAppError(error) ? error.extra.requestId : undefined;
  const permission = isAppError(error) ? error.extra.permission : undefined;
  return (
    <>
      <p>{messageOf(error)}</p>
      {isAppError(error) && error.details.length > 0 && (
        <ul className={styles.details}>
          {error.details.map((detail) => (
            <li key={`${detail.pointer} ${detail.code}`}>
              <code>{detail.pointer}</code> {detail.message}
            </li>
          ))}
        </ul>
      )}
      {typeof permission === 'string' && <p>{texts.errors.missingPermission(permission)}</p>}
      {isAppError(error) && <p className={styles.advice}>{texts.errors.advice[error.kind]}</p>}
      {typeof requestId === 'string' && (
        <p className={styles.request}>
          {texts.errors.requestId} <code>{requestId}</code>
          <CopyButton text={requestId} label={texts.errors.copyRequestId} />
        </p>
      )}
    </>
  );
}

export type ErrorNoticeProps = { error: unknown; title?: string; onRetry?: () => void };

/** An error inside a form or above content that still stands. */
export function ErrorNotice({ error, title, onRetry }: ErrorNoticeProps) {
  return (
    <Notice tone="bad" actions={onRetry && <Button onClick={onRetry}>{texts.actions.retry}</Button>}>
      {title && <p className={styles.title}>{title}</p>}
      <ErrorWords error={error} />
    </Notice>
  );
}

/** An error where the content would be. */
export function ErrorState({ error, title, onRetry, page }: ErrorNoticeProps & { title: string; page?: boolean }) {
  return (
    <EmptyState
      title={title}
      {...(page ? { page } : {})}
      actions={
        onRetry && (
          <Button variant="primary" onClick={onRetry}>
            {texts.actions.retry}
          </Button>
        )
      }
    >
      <div role="alert">
        <ErrorWords error={error} />
      </div>
    </EmptyState>
  );
}
