import { Tooltip as Base } from '@base-ui/react/tooltip';
import type { ReactElement, ReactNode } from 'react';
import styles from './Tooltip.module.css';

export type TooltipProps = { content: ReactNode; children: ReactElement; side?: 'top' | 'bottom' | 'left' | 'right' };

/** Words for what is only hinted at. Never the only place of something one must know. */
export function Tooltip({ content, children, side = 'bottom' }: TooltipProps) {
  if (!content) return children;
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner className={styles.positioner} side={side} sideOffset={6} collisionPadding={8}>
          <Base.Popup className={styles.popup}>{content}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
