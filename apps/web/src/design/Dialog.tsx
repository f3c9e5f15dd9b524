import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';
import button from './Button.module.css';
import { Button } from './Button.tsx';
import { cx } from './cx.ts';
import styles from './Dialog.module.css';

export type DialogProps = {
  title: string;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  open?: boolean;
  onClose(): void;
};

export function Dialog({ title, description, children, footer, wide, open = true, onClose }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={cx(styles.popup, wide && styles.wide)}>
            <header className={styles.header}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              {/* Without a tooltip: it has the focus at first, and an open tooltip would take the first Escape for itself. */}
              <Base.Close
                render={
                  <Button
                    variant="ghost"
                    aria-label={texts.actions.close}
                    icon={<X size={16} />}
                    className={button.icon}
                  />
                }
              />
            </header>
            <div className={styles.body}>
              {description && <Base.Description className={styles.description}>{description}</Base.Description>}
              {children}
            </div>
            {footer && <footer className={styles.footer}>{footer}</footer>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
