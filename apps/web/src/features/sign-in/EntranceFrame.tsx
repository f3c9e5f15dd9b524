import type { ReactNode } from 'react';
import { Logo } from '../../app/Logo.tsx';
import { texts } from '../../texts.ts';
import styles from './EntranceFrame.module.css';

export function EntranceFrame({ title, intro, children }: { title: string; intro?: string; children: ReactNode }) {
  return (
    <main className={styles.page}>
      <div className={styles.box}>
        <div className={styles.brand}>
          <Logo size={28} />
          <span>{texts.product}</span>
        </div>
        <h1 className={styles.title}>{title}</h1>
        {intro && <p className={styles.intro}>{intro}</p>}
        {children}
      </div>
    </main>
  );
}
