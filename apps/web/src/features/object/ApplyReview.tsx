import type { ApplyResult } from '@pilothouse/contract';
import { DiffView } from '../../design/code/DiffView.tsx';
import { Notice } from '../../design/Notice.tsx';
import { texts } from '../../texts.ts';
import styles from './ObjectView.module.css';

/** Refused only because other managers own fields that it sets. */
export function isConflict(result: ApplyResult): boolean {
  return result.error?.code === 'field_conflict';
}

/** For each document what the cluster said it would do, with the difference, warnings and conflicts. */
export function ApplyReview({ results }: { results: readonly ApplyResult[] }) {
  return (
    <>
      {results.map((result) => (
        <section key={result.index} className={styles.code}>
          <div className={styles.results}>
            <p>
              {result.ref && <code>{`${result.ref.kind}/${result.ref.name}`}</code>}{' '}
              {isConflict(result) ? texts.object.conflicting : texts.object.applyActions[result.action]}
              {result.changes.length > 0 && ` ${texts.object.changedFields(result.changes.length)}`}
            </p>
            {result.warnings.map((warning) => (
              <Notice key={warning} tone="warn">
                {warning}
              </Notice>
            ))}
            {result.error && <ResultError error={result.error} />}
          </div>
          {result.before !== undefined && result.after !== undefined && result.before !== result.after && (
            <DiffView label={texts.object.diff} before={result.before} after={result.after} />
          )}
          {result.action === 'created' && result.before === undefined && result.after !== undefined && (
            <DiffView label={texts.object.diff} before="" after={result.after} />
          )}
        </section>
      ))}
    </>
  );
}

function ResultError({ error }: { error: NonNullable<ApplyResult['error']> }) {
  return (
    <Notice tone="bad">
      <p>{error.detail}</p>
      {error.conflicts && error.conflicts.length > 0 && (
        <>
          <p>{texts.object.conflicts}</p>
          <ul className={styles.conflicts}>
            {error.conflicts.map((conflict) => (
              <li key={`${conflict.manager} ${conflict.field}`}>
                <code>{conflict.field}</code> {texts.object.ownedBy} <strong>{conflict.manager}</strong>
              </li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}
