import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { type ObjectRef, refParams } from '../resources/object-ref.ts';
import { objectKey } from './useObject.ts';

export function RestartDialog({ target, onClose }: { target: ObjectRef; onClose(): void }) {
  const queries = useQueryClient();
  const restart = useMutation({
    mutationFn: () => api.call(routes.restartObject, { params: refParams(target) }),
    onSuccess: async () => {
      toasts.show({ tone: 'done', title: texts.object.restarted(target.name) });
      onClose();
      await queries.invalidateQueries({ queryKey: objectKey(target) });
    },
  });
  return (
    <ConfirmDialog
      title={texts.object.restartTitle(target.name)}
      action={texts.object.restart}
      busy={restart.isPending}
      onConfirm={() => restart.mutate()}
      onClose={onClose}
    >
      <p>{texts.object.restartText}</p>
      {restart.error && <ErrorNotice error={restart.error} title={texts.object.restartFailed(target.name)} />}
    </ConfirmDialog>
  );
}
