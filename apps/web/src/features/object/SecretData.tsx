import { useMutation } from '@tanstack/react-query';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { CopyButton } from '../../design/CopyButton.tsx';
import { formatBytes } from '../../design/format.ts';
import { ScrollBox } from '../../design/ScrollBox.tsx';
import { texts } from '../../texts.ts';
import type { ObjectRef } from '../resources/object-ref.ts';
import { asObject, at } from './kube-shape.ts';
import styles from './ObjectView.module.css';

type SecretDataProps = { target: ObjectRef; object: unknown; denied: string | undefined };

/** Key names and sizes; the values only when asked for, which the audit log remembers, and only while this stays open. */
export function SecretData({ target, object, denied }: SecretDataProps) {
  const [values, setValues] = useState<Readonly<Record<string, string>> | undefined>(undefined);
  const reveal = useMutation({
    mutationFn: () =>
      api.call(routes.revealSecret, {
        params: { cluster: target.cluster, namespace: target.namespace, name: target.name },
        body: {},
      }),
    onSuccess: ({ data }) => setValues(data),
    gcTime: 0,
  });
  const keys = Object.entries(asObject(at(object, 'data')));
  return (
    <div className={styles.list}>
      {keys.map(([key, masked]) => {
        const value = values?.[key];
        return (
          <div key={key} className={styles.secret}>
            <code>{key}</code>
            {value === undefined ? (
              <span className={styles.quiet}>
                {typeof masked === 'number' ? formatBytes(masked) : String(masked ?? '')}
              </span>
            ) : (
              <ScrollBox className={styles.value} label={key}>
                {decodeValue(value)}
              </ScrollBox>
            )}
            {value === undefined ? <span /> : <CopyButton text={decodeValue(value)} />}
          </div>
        );
      })}
      {keys.length === 0 && <p className={styles.quiet}>{texts.object.noKeys}</p>}
      {keys.length > 0 && (
        <div>
          <Button
            icon={values ? <EyeOff size={14} /> : <Eye size={14} />}
            busy={reveal.isPending}
            disabledReason={denied}
            onClick={() => {
              if (!values) return reveal.mutate();
              setValues(undefined);
              reveal.reset();
            }}
          >
            {values ? texts.object.hideValues : texts.object.revealValues}
          </Button>{' '}
          <span className={styles.quiet}>{texts.object.revealAudited}</span>
        </div>
      )}
      {reveal.error && <ErrorNotice error={reveal.error} />}
    </div>
  );
}

/** Text where the bytes are UTF-8, else the base64 as it came. */
function decodeValue(base64: string): string {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return base64;
  }
}
