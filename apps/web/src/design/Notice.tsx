import { Info, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import styles from './Notice.module.css';

export type NoticeProps = { tone: 'info' | 'warn' | 'bad'; children: ReactNode; actions?: ReactNode; flush?: boolean };

/** A line that says what is partial, refused or worth knowing, with what can be done about it. */
export function Notice({ tone, children, actions, flush }: NoticeProps) {
  return (
    <div className={cx(styles.notice, styles[tone], flush && styles.flush)} role={tone === 'bad' ? 'alert' : 'status'}>
      {tone === 'info' ? <Info size={14} /> : <TriangleAlert size={14} />}
      <div className={styles.words}>{children}</div>
      {actions}
    </div>
  );
}
