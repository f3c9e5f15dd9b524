import type { ReactNode } from 'react';
import styles from './EmptyState.module.css';

export type EmptyStateProps = {
  title: string;
  children?: ReactNode;
  actions?: ReactNode;
  mark?: ReactNode;
  page?: boolean;
};

/** One sentence that teaches, and the first thing to do. */
export function EmptyState({ title, children, actions, mark, page }: EmptyStateProps) {
  return (
    <div className={styles.empty}>
      {mark}
      {page ? <h1 className={styles.title}>{title}</h1> : <h2 className={styles.title}>{title}</h2>}
      {children && <div className={styles.text}>{children}</div>}
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
