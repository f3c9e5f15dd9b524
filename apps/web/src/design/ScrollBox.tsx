import { type ReactNode, useRef } from 'react';
import { useScrollable } from './useScrollable.ts';

type ScrollBoxProps = { className: string | undefined; label: string; children: ReactNode };

/** Content that may be larger than its box; reachable by keyboard when it is. */
export function ScrollBox({ className, label, children }: ScrollBoxProps) {
  const box = useRef<HTMLDivElement>(null);
  const scrollable = useScrollable(box);
  return (
    <div ref={box} className={className} {...(scrollable ? { tabIndex: 0, role: 'group', 'aria-label': label } : {})}>
      {children}
    </div>
  );
}
