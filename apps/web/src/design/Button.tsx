import { LoaderCircle } from 'lucide-react';
import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';
import { cx } from './cx.ts';
import { Tooltip } from './Tooltip.tsx';

export type ButtonProps = Omit<ComponentProps<'button'>, 'disabled'> & {
  variant?: 'primary' | 'default' | 'ghost' | 'danger';
  icon?: ReactNode;
  /** Work that this button started is under way. */
  busy?: boolean;
  disabled?: boolean | undefined;
  /** Why it cannot be used; the button stays visible and can be focused, so that the reason can be read. */
  disabledReason?: string | undefined;
};

export function Button(props: ButtonProps) {
  const {
    variant = 'default',
    icon,
    busy,
    disabled,
    disabledReason,
    className,
    children,
    onClick,
    type = 'button',
    ...rest
  } = props;
  const off = Boolean(disabled || busy || disabledReason);
  const button = (
    <button
      {...rest}
      type={off && type === 'submit' ? 'button' : type}
      className={cx(styles.button, styles[variant], className)}
      aria-disabled={off || undefined}
      aria-busy={busy || undefined}
      onClick={off ? undefined : onClick}
    >
      {busy ? <LoaderCircle size={14} className={styles.turning} /> : icon}
      {children && <span>{children}</span>}
    </button>
  );
  return disabledReason ? <Tooltip content={disabledReason}>{button}</Tooltip> : button;
}
