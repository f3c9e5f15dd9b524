import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { Dialog } from '../../design/Dialog.tsx';
import { Notice } from '../../design/Notice.tsx';
import { TextField } from '../../design/TextField.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { type ObjectRef, refParams } from '../resources/object-ref.ts';
import { asNumber, at } from './kube-shape.ts';
import { objectKey } from './useObject.ts';

type ScaleDialogProps = { target: ObjectRef; object: unknown; onClose(): void };

/** Sets the number of replicas; what was before can be had back with Undo. */
export function ScaleDialog({ target, object, onClose }: ScaleDialogProps) {
  const now = asNumber(at(object, 'spec', 'replicas')) ?? 1;
  const [text, setText] = useState(String(now));
  const queries = useQueryClient();
  const count = Number(text);
  const valid = text !== '' && Number.isInteger(count) && count >= 0;
  const set = async (replicas: number) => {
    const result = await api.call(routes.scaleObject, { params: refParams(target), body: { replicas } });
    await queries.invalidateQueries({ queryKey: objectKey(target) });
    return result;
  };
  const scale = useMutation({
    mutationFn: () => set(count),
    onSuccess: ({ before, replicas }) => {
      toasts.show({
        tone: 'done',
        title: texts.object.scaled(target.name, before, replicas),
        action: { label: texts.actions.undo, run: () => void set(before) },
      });
      onClose();
    },
  });
  return (
    <Dialog
      title={texts.object.scaleTitle(target.name)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button
            variant="primary"
            disabled={!valid || count === now}
            busy={scale.isPending}
            onClick={() => scale.mutate()}
          >
            {texts.object.scaleTo(valid ? count : now)}
          </Button>
        </>
      }
    >
      <TextField
        label={texts.object.replicas}
        hint={texts.object.replicasNow(now)}
        type="number"
        min={0}
        autoFocus
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && valid && count !== now && scale.mutate()}
      />
      {valid && count === 0 && <Notice tone="warn">{texts.object.scaleToZero}</Notice>}
      {scale.error && <ErrorNotice error={scale.error} title={texts.object.scaleFailed} />}
    </Dialog>
  );
}
