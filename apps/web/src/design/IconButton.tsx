import type { ReactNode } from 'react';
import styles from './Button.module.css';
import { Button, type ButtonProps } from './Button.tsx';
import { cx } from './cx.ts';
import { KeyHint } from './KeyHint.tsx';
import { Tooltip } from './Tooltip.tsx';

export type IconButtonProps = Omit<ButtonProps, 'children' | 'icon' | 'aria-label'> & {
  label: string;
  icon: ReactNode;
  shortcut?: string;
};

/** A button whose word is in its label and tooltip. */
export function IconButton({ label, icon, shortcut, variant = 'ghost', className, ...rest }: IconButtonProps) {
  const button = (
    <Button {...rest} variant={variant} icon={icon} aria-label={label} className={cx(styles.icon, className)} />
  );
  if (rest.disabledReason) return button;
  return (
    <Tooltip
      content={
        shortcut ? (
          <>
            {label} <KeyHint keys={shortcut} />
          </>
        ) : (
          label
        )
      }
    >
      {button}
    </Tooltip>
  );
}
