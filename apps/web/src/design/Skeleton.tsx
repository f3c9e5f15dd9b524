import styles from './Skeleton.module.css';

/** A grey bar where words will be. */
export function Skeleton({ width = '60%' }: { width?: string | number }) {
  return <span className={styles.bar} style={{ width }} aria-hidden />;
}

export function SkeletonLines({ count = 4, label }: { count?: number; label: string }) {
  return (
    <div className={styles.lines} role="status" aria-label={label}>
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity
        <Skeleton key={index} width={`${85 - ((index * 17) % 45)}%`} />
      ))}
    </div>
  );
}
