import { type ReactNode, useState } from 'react';
import { texts } from '../texts.ts';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { TextField } from './TextField.tsx';

export type ConfirmDialogProps = {
  title: string;
  /** The verb, as on the button that led here. */
  action: string;
  danger?: boolean;
  /** To be typed before the action is possible: only for what cannot be undone. */
  typed?: string;
  busy?: boolean;
  children?: ReactNode;
  onConfirm(): void;
  onClose(): void;
};

export function ConfirmDialog(props: ConfirmDialogProps) {
  const { title, action, danger, typed, busy = false, children, onConfirm, onClose } = props;
  const [text, setText] = useState('');
  const ready = typed === undefined || text === typed;
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button variant={danger ? 'danger' : 'primary'} disabled={!ready} busy={busy} onClick={onConfirm}>
            {action}
          </Button>
        </>
      }
    >
      {children}
      {typed !== undefined && (
        <TextField
          label={texts.actions.typeToConfirm(typed)}
          mono
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Enter' && ready && !busy && onConfirm()}
        />
      )}
    </Dialog>
  );
}
