import { createLink } from '@tanstack/react-router';
import type { ComponentProps, ReactNode } from 'react';
import styles from './Button.module.css';
import { cx } from './cx.ts';

type AnchorProps = ComponentProps<'a'> & { variant?: 'primary' | 'default'; icon?: ReactNode };

function Anchor({ variant = 'default', icon, className, children, ...rest }: AnchorProps) {
  return (
    <a {...rest} className={cx(styles.button, styles[variant], styles.link, className)}>
      {icon}
      <span>{children}</span>
    </a>
  );
}

/** A link that looks like the button it stands beside. */
export const LinkButton = createLink(Anchor);
