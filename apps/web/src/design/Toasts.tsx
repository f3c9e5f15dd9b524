import { CircleCheck, CircleX, Info, X } from 'lucide-react';
import { useSyncExternalStore } from 'react';
import { texts } from '../texts.ts';
import { Button } from './Button.tsx';
import { IconButton } from './IconButton.tsx';
import styles from './Toasts.module.css';
import { toasts } from './toast-store.ts';

const icons = {
  done: <CircleCheck size={16} className={styles.done} />,
  failed: <CircleX size={16} className={styles.failed} />,
  info: <Info size={16} />,
};

export function Toasts() {
  const messages = useSyncExternalStore(toasts.subscribe, toasts.current);
  return (
    <section className={styles.region} aria-label={texts.shell.notices} aria-live="polite">
      {messages.map((message) => (
        <div key={message.id} className={styles.toast} role={message.tone === 'failed' ? 'alert' : 'status'}>
          {icons[message.tone]}
          <div className={styles.words}>
            <p className={styles.title}>{message.title}</p>
            {message.detail && <p className={styles.detail}>{message.detail}</p>}
          </div>
          {message.action && (
            <Button
              variant="ghost"
              onClick={() => {
                message.action?.run();
                toasts.dismiss(message.id);
              }}
            >
              {message.action.label}
            </Button>
          )}
          <IconButton label={texts.actions.dismiss} icon={<X size={14} />} onClick={() => toasts.dismiss(message.id)} />
        </div>
      ))}
    </section>
  );
}
