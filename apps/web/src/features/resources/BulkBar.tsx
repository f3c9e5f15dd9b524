import type { ResourceRow } from '@pilothouse/contract';
import { Copy, RotateCw, Scaling, SquareTerminal, Trash2, X } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../design/Button.tsx';
import { copyText } from '../../design/CopyButton.tsx';
import { IconButton } from '../../design/IconButton.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { BulkDialog, type BulkVerb } from './BulkDialog.tsx';
import type { Capabilities } from './capabilities.ts';
import { kubectlCommand, refOf } from './object-ref.ts';
import styles from './ResourcesPage.module.css';

type BulkBarProps = { resource: string; rows: readonly ResourceRow[]; capabilities: Capabilities; onClear(): void };

/** What can be done to all selected rows at once. */
export function BulkBar({ resource, rows, capabilities, onClear }: BulkBarProps) {
  const [verb, setVerb] = useState<BulkVerb | undefined>(undefined);
  const [targets, setTargets] = useState<readonly ResourceRow[]>([]);
  const start = (next: BulkVerb) => {
    setTargets(rows);
    setVerb(next);
  };
  const copy = (text: string, title: string) => void copyText(text).then(() => toasts.show({ tone: 'done', title }));
  return (
    <div className={styles.bulk} role="toolbar" aria-label={texts.bulk.label}>
      <span className={styles.bulkCount} aria-live="polite">
        {texts.bulk.selected(rows.length)}
      </span>
      {capabilities.restart && (
        <Button variant="ghost" icon={<RotateCw size={14} />} onClick={() => start('restart')}>
          {texts.object.restart}
        </Button>
      )}
      {capabilities.scale && (
        <Button variant="ghost" icon={<Scaling size={14} />} onClick={() => start('scale')}>
          {texts.object.scale}
        </Button>
      )}
      {capabilities.delete && (
        <Button variant="ghost" icon={<Trash2 size={14} />} onClick={() => start('delete')}>
          {texts.object.delete}
        </Button>
      )}
      <Button
        variant="ghost"
        icon={<Copy size={14} />}
        onClick={() => copy(rows.map((row) => row.name).join('\n'), texts.bulk.copied(rows.length))}
      >
        {texts.bulk.copyNames}
      </Button>
      <Button
        variant="ghost"
        icon={<SquareTerminal size={14} />}
        onClick={() =>
          copy(rows.map((row) => kubectlCommand(refOf(resource, row))).join('\n'), texts.table.copiedCommand)
        }
      >
        {texts.object.copyKubectl}
      </Button>
      <IconButton label={texts.bulk.clear} icon={<X size={14} />} shortcut="Esc" onClick={onClear} />
      {verb && (
        <BulkDialog
          resource={resource}
          verb={verb}
          rows={targets}
          onClose={() => setVerb(undefined)}
          onDone={onClear}
        />
      )}
    </div>
  );
}
