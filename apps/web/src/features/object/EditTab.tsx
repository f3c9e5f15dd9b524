import type { ApplyResult } from '@pilothouse/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { ArrowLeft } from 'lucide-react';
import { useMemo, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { CodeView } from '../../design/code/CodeView.tsx';
import { Notice } from '../../design/Notice.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import type { ObjectRef } from '../resources/object-ref.ts';
import { ApplyReview, isConflict } from './ApplyReview.tsx';
import { asText, at } from './kube-shape.ts';
import { editableText } from './manifest-text.ts';
import styles from './ObjectView.module.css';
import { objectKey } from './useObject.ts';

type EditTabProps = { target: ObjectRef; object: unknown; onClose(): void };

/** Edit, see on the cluster what would change and with whom it conflicts, then apply: nothing is written before it was shown. */
export function EditTab({ target, object, onClose }: EditTabProps) {
  const [original] = useState(() => ({
    text: editableText(object),
    version: asText(at(object, 'metadata', 'resourceVersion')),
  }));
  const [text, setText] = useState(original.text);
  const [review, setReview] = useState<readonly ApplyResult[] | undefined>(undefined);
  const queries = useQueryClient();
  const changedMeanwhile = useMemo(() => editableText(object) !== original.text, [object, original.text]);

  const send = (options: { dryRun: boolean; force: boolean }) =>
    api.call(routes.applyManifests, {
      params: { cluster: target.cluster },
      body: { manifests: text, ...(target.namespace ? { namespace: target.namespace } : {}), ...options },
    });
  const dryRun = useMutation({
    mutationFn: async () => {
      const { results } = await send({ dryRun: true, force: false });
      if (!results.some(isConflict)) return results;
      // Whoever decides to take fields over should see what that would do.
      const forced = await send({ dryRun: true, force: true });
      return results.map((result, at) => withPreview(result, forced.results[at]));
    },
    onSuccess: setReview,
  });
  const apply = useMutation({
    mutationFn: (force: boolean) => send({ dryRun: false, force }),
    onSuccess: async ({ results, complete }) => {
      setReview(results);
      if (!complete) return;
      toasts.show({ tone: 'done', title: texts.object.applied(target.name) });
      await queries.invalidateQueries({ queryKey: objectKey(target) });
      onClose();
    },
  });

  if (review)
    return (
      <div className={styles.code}>
        <div className={styles.bar}>
          <Button variant="ghost" icon={<ArrowLeft size={14} />} onClick={() => setReview(undefined)}>
            {texts.object.backToEditing}
          </Button>
          <span className={styles.spring} />
          <ApplyButtons results={review} busy={apply.isPending} onApply={(force) => apply.mutate(force)} />
        </div>
        {apply.error && <ErrorNotice error={apply.error} title={texts.object.applyFailed} />}
        <ApplyReview results={review} />
      </div>
    );
  return (
    <div className={styles.code}>
      <div className={styles.bar}>
        <Button onClick={onClose}>{texts.actions.cancel}</Button>
        <span className={styles.spring} />
        <Button
          variant="primary"
          busy={dryRun.isPending}
          disabled={text === original.text}
          onClick={() => dryRun.mutate()}
        >
          {texts.object.review}
        </Button>
      </div>
      {changedMeanwhile && (
        <Notice
          tone="warn"
          flush
          actions={<Button onClick={() => setText(editableText(object))}>{texts.object.reloadText}</Button>}
        >
          {texts.object.changedMeanwhile}
        </Notice>
      )}
      {dryRun.error && <ErrorNotice error={dryRun.error} title={texts.object.dryRunFailed} />}
      <CodeView label={texts.object.editorOf(target.name)} text={text} onChange={setText} />
    </div>
  );
}

/** What conflicts, with what it would change if the fields were taken over. */
function withPreview(result: ApplyResult, forced: ApplyResult | undefined): ApplyResult {
  return isConflict(result) && forced && result.error ? { ...forced, error: result.error } : result;
}

function ApplyButtons(props: { results: readonly ApplyResult[]; busy: boolean; onApply(force: boolean): void }) {
  const { results, busy, onApply } = props;
  const conflict = results.some(isConflict);
  const failed = results.some((result) => result.error && !isConflict(result));
  const changes = results.some((result) => result.action !== 'unchanged');
  if (failed) return null;
  if (conflict)
    return (
      <Button variant="danger" busy={busy} onClick={() => onApply(true)}>
        {texts.object.applyForce}
      </Button>
    );
  return (
    <Button
      variant="primary"
      busy={busy}
      disabledReason={changes ? undefined : texts.object.nothingToApply}
      onClick={() => onApply(false)}
    >
      {texts.object.apply}
    </Button>
  );
}
