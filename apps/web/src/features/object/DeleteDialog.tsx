import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { KindGlyph } from '../../design/KindGlyph.tsx';
import { Notice } from '../../design/Notice.tsx';
import { ScrollBox } from '../../design/ScrollBox.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { type ObjectRef, refParams } from '../resources/object-ref.ts';
import { asList, asText, at } from './kube-shape.ts';
import styles from './ObjectView.module.css';
import { useDependents } from './useDependents.ts';
import { objectKey } from './useObject.ts';

type Propagation = 'Background' | 'Foreground' | 'Orphan';
type DeleteDialogProps = { target: ObjectRef; object: unknown; onClose(): void; onDeleted(): void };

/** Deleting these takes along what no controller makes again. */
const irrevocable: ReadonlySet<string> = new Set([
  'namespaces',
  'persistentvolumeclaims',
  'persistentvolumes',
  'customresourcedefinitions.apiextensions.k8s.io',
  'nodes',
]);

/** Shows what will go before it goes. */
export function DeleteDialog({ target, object, onClose, onDeleted }: DeleteDialogProps) {
  const [propagation, setPropagation] = useState<Propagation>('Background');
  const queries = useQueryClient();
  const uid = asText(at(object, 'metadata', 'uid'));
  const dependents = useDependents(target, uid);
  const finalizers = asList(at(object, 'metadata', 'finalizers')).map((each) => asText(each) ?? '');
  const remove = useMutation({
    mutationFn: () =>
      api.call(routes.deleteObject, { params: refParams(target), query: { propagation, ...(uid ? { uid } : {}) } }),
    onSuccess: ({ terminating }) => {
      toasts.show({
        tone: 'done',
        title: terminating ? texts.object.deleting(target.name) : texts.object.deleted(target.name),
      });
      onDeleted();
      queries.removeQueries({ queryKey: objectKey(target) });
    },
  });
  const going = dependents.groups.filter((group) => group.total > 0);
  return (
    <ConfirmDialog
      title={texts.object.deleteTitle(target.name)}
      action={texts.object.delete}
      danger
      busy={remove.isPending}
      {...(irrevocable.has(target.resource) ? { typed: target.name } : {})}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {target.resource === 'namespaces' && <Notice tone="warn">{texts.object.deleteNamespace}</Notice>}
      {finalizers.length > 0 && <Notice tone="info">{texts.object.finalizers(finalizers.join(', '))}</Notice>}
      {dependents.loading ? (
        <SkeletonLines count={2} label={texts.shell.loading} />
      ) : (
        going.length > 0 && (
          <div>
            <p>{propagation === 'Orphan' ? texts.object.staysBehind : texts.object.goesAlong}</p>
            <ScrollBox className={styles.going} label={texts.object.goesAlong}>
              <ul>
                {going.map((group) => (
                  <li key={group.resource}>
                    <KindGlyph resource={group.resource} />
                    <span>{texts.object.dependents(group.total, group.names)}</span>
                  </li>
                ))}
              </ul>
            </ScrollBox>
          </div>
        )
      )}
      <SelectField<Propagation>
        label={texts.object.propagation}
        value={propagation}
        onChange={setPropagation}
        options={(['Background', 'Foreground', 'Orphan'] as const).map((value) => ({
          value,
          label: texts.object.propagations[value],
        }))}
      />
      {remove.error && <ErrorNotice error={remove.error} title={texts.object.deleteFailed} />}
    </ConfirmDialog>
  );
}
