import type { ResourceRow } from '@pilothouse/contract';
import { messageOf } from '@pilothouse/core';
import { Check, CircleX, LoaderCircle, Minus } from 'lucide-react';
import { type ReactElement, useRef, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { Button } from '../../design/Button.tsx';
import { Dialog } from '../../design/Dialog.tsx';
import { ScrollBox } from '../../design/ScrollBox.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import { refOf, refParams } from './object-ref.ts';
import styles from './ResourcesPage.module.css';
import { type ItemState, runEach } from './run-each.ts';

export type BulkVerb = 'delete' | 'restart' | 'scale';
type BulkDialogProps = {
  resource: string;
  verb: BulkVerb;
  rows: readonly ResourceRow[];
  onClose(): void;
  onDone(): void;
};

const marks: Record<ItemState['state'], ReactElement> = {
  waiting: <Minus size={14} />,
  running: <LoaderCircle size={14} />,
  done: <Check size={14} color="var(--healthy)" />,
  failed: <CircleX size={14} color="var(--degraded)" />,
  cancelled: <Minus size={14} />,
};

/** One act on many objects: what it will touch, then how it went for each. */
export function BulkDialog({ resource, verb, rows, onClose, onDone }: BulkDialogProps) {
  const [replicas, setReplicas] = useState('1');
  const [states, setStates] = useState<readonly ItemState[] | undefined>(undefined);
  const abort = useRef<AbortController | undefined>(undefined);
  const running = states?.some((item) => item.state === 'waiting' || item.state === 'running') ?? false;
  const failed = states?.filter((item) => item.state === 'failed').length ?? 0;
  const count = Number(replicas);
  const valid = verb !== 'scale' || (Number.isInteger(count) && count >= 0 && replicas !== '');

  const act = (row: ResourceRow, signal: AbortSignal): Promise<unknown> => {
    const params = refParams(refOf(resource, row));
    if (verb === 'delete') return api.call(routes.deleteObject, { params, query: { uid: row.uid }, signal });
    if (verb === 'restart') return api.call(routes.restartObject, { params, signal });
    return api.call(routes.scaleObject, { params, body: { replicas: count }, signal });
  };
  const start = () => {
    const controller = new AbortController();
    abort.current = controller;
    void runEach(rows, (row) => act(row, controller.signal), {
      signal: controller.signal,
      onChange: setStates,
      messageOf,
    });
  };
  const close = () => {
    abort.current?.abort();
    onClose();
    if (states && failed === 0 && !running) onDone();
  };

  return (
    <Dialog
      title={texts.bulk.title[verb](rows.length)}
      wide
      onClose={close}
      footer={
        states ? (
          running ? (
            <Button onClick={() => abort.current?.abort()}>{texts.bulk.stop}</Button>
          ) : (
            <>
              {failed > 0 && <span>{texts.bulk.failed(failed)}</span>}
              <Button variant="primary" onClick={close}>
                {texts.actions.done}
              </Button>
            </>
          )
        ) : (
          <>
            <Button onClick={close}>{texts.actions.cancel}</Button>
            <Button variant={verb === 'delete' ? 'danger' : 'primary'} disabled={!valid} onClick={start}>
              {texts.bulk.action[verb](rows.length)}
            </Button>
          </>
        )
      }
    >
      {verb === 'scale' && !states && (
        <TextField
          label={texts.object.replicas}
          type="number"
          min={0}
          value={replicas}
          onChange={(event) => setReplicas(event.target.value)}
        />
      )}
      {!states && <p>{texts.bulk.explain[verb]}</p>}
      <ScrollBox className={styles.results} label={texts.bulk.title[verb](rows.length)}>
        <ul>
          {rows.map((row, index) => {
            const item = states?.[index];
            return (
              <li key={row.id} className={styles.result}>
                {item ? marks[item.state] : <span />}
                <code>{[row.cluster, row.namespace, row.name].filter(Boolean).join(' / ')}</code>
                <span className={styles.resultWord}>{item ? texts.bulk.states[item.state] : ''}</span>
                {item?.error && <span className={styles.resultError}>{item.error}</span>}
              </li>
            );
          })}
        </ul>
      </ScrollBox>
    </Dialog>
  );
}
