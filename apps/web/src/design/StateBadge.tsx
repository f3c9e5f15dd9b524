import type { Cluster, Health } from '@pilothouse/contract';
import type { ReactElement } from 'react';
import { texts } from '../texts.ts';
import { cx } from './cx.ts';
import styles from './StateBadge.module.css';
import { connectionTone, healthTone, type Tone } from './state-tone.ts';
import { Tooltip } from './Tooltip.tsx';

const shapes: Record<Tone, ReactElement> = {
  ok: <circle cx="6" cy="6" r="4" fill="currentColor" />,
  busy: (
    <path
      d="M6 1.800a4.200 4.200 0 1 1-4.200 4.200"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.200"
      strokeLinecap="round"
    />
  ),
  bad: <path d="M6 1.200 11.300 10.600H.7z" fill="currentColor" />,
  paused: <path d="M2.800 2h2.200v8H2.800zM7 2h2.200v8H7z" fill="currentColor" />,
  warn: <path d="M6 .8 11.200 6 6 11.200.8 6z" fill="currentColor" />,
  none: (
    <circle
      cx="6"
      cy="6"
      r="3.600"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.600"
      strokeDasharray="2.400 1.600"
    />
  ),
};

/** Colour and shape alone; only beside the word or with a label of its own. */
export function StateMark({ tone, label }: { tone: Tone; label?: string }) {
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: it is named by its label, or by the word beside it
    <svg
      className={cx(styles.mark, styles[tone])}
      width="12"
      height="12"
      viewBox="0 0 12 12"
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
    >
      {shapes[tone]}
    </svg>
  );
}

export function HealthBadge({ health, reason = true }: { health: Health; reason?: boolean }) {
  const word = texts.health[health.status];
  const told = reason && health.reason !== '' && health.reason !== 'NoStatusRule';
  const badge = (
    <span className={styles.badge}>
      <StateMark tone={healthTone[health.status]} />
      <span className={styles.word}>{word}</span>
    </span>
  );
  if (!told && !health.message) return badge;
  return <Tooltip content={[told ? health.reason : '', health.message].filter(Boolean).join(': ')}>{badge}</Tooltip>;
}

export function ConnectionBadge({ connection }: { connection: Cluster['connection'] }) {
  const badge = (
    <span className={styles.badge}>
      <StateMark tone={connectionTone[connection.state]} />
      <span className={styles.word}>{texts.connection[connection.state]}</span>
    </span>
  );
  return connection.error ? <Tooltip content={connection.error.message}>{badge}</Tooltip> : badge;
}
