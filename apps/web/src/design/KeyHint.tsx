import styles from './KeyHint.module.css';

const isMac = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** Keys as they are on this machine: `Mod+K` is ⌘K on a Mac. */
export function KeyHint({ keys }: { keys: string }) {
  return (
    <kbd className={styles.keys}>
      {keys.split('+').map((key) => (
        <span key={key}>{key === 'Mod' ? (isMac ? '⌘' : 'Ctrl') : key}</span>
      ))}
    </kbd>
  );
}
