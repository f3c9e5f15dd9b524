import { useRef, useState } from 'react';
import { Button } from '../../design/Button.tsx';
import { TextArea } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './Clusters.module.css';
import { ContextPicker } from './ContextPicker.tsx';

const largest = 1_048_576;

/** Paste, drop or choose a kubeconfig, then pick from its contexts. */
export function KubeconfigForm({ onDone }: { onDone(): void }) {
  const [text, setText] = useState('');
  const [read, setRead] = useState<string | undefined>(undefined);
  const [fault, setFault] = useState<string | undefined>(undefined);
  const [over, setOver] = useState(false);
  const file = useRef<HTMLInputElement>(null);
  const take = async (chosen: File | undefined) => {
    if (!chosen) return;
    if (chosen.size > largest) return setFault(texts.clusters.fileTooLarge);
    setFault(undefined);
    const content = await chosen.text();
    setText(content);
    setRead(content);
  };
  if (read !== undefined)
    return (
      <>
        <ContextPicker
          source={read}
          accessOf={(context) => ({ type: 'kubeconfig', kubeconfig: read, context })}
          onDone={onDone}
        />
        <div>
          <Button variant="ghost" onClick={() => setRead(undefined)}>
            {texts.clusters.otherKubeconfig}
          </Button>
        </div>
      </>
    );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut; the field and the file button do the same
    <div
      className={styles.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer.files[0]);
      }}
    >
      <TextArea
        label={texts.clusters.kubeconfig}
        hint={texts.clusters.kubeconfigHint}
        error={fault}
        mono
        rows={10}
        autoFocus
        spellCheck={false}
        placeholder={'apiVersion: v1\nkind: Config\n…'}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles.buttons}>
        <input
          ref={file}
          type="file"
          hidden
          aria-label={texts.clusters.chooseFile}
          onChange={(event) => void take(event.target.files?.[0])}
        />
        <Button onClick={() => file.current?.click()}>{texts.clusters.chooseFile}</Button>
        <Button variant="primary" disabled={text.trim() === ''} onClick={() => setRead(text)}>
          {texts.clusters.readContexts}
        </Button>
      </div>
    </div>
  );
}
