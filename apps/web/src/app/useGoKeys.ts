import { useEffect, useRef } from 'react';
import { isTyping } from '../design/is-typing.ts';

const goTo: Readonly<Record<string, string>> = {
  h: '/',
  r: '/resources',
  e: '/events',
  c: '/clusters',
  s: '/settings',
};
const together = 900;

/** `g` then a letter, as in mail programs. The second key is taken before anything else sees it; `g` alone stays the table's. */
export function useGoKeys(go: (path: string) => void): void {
  const current = useRef(go);
  current.current = go;
  useEffect(() => {
    let pressedAt = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent) => {
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
      const path = goTo[event.key];
      if (plain && path && event.timeStamp - pressedAt < together && !document.querySelector('[role="dialog"]')) {
        event.preventDefault();
        event.stopPropagation();
        current.current(path);
      }
      pressedAt = plain && event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
    };
    document.addEventListener('keydown', onKeyDown, { capture: true });
    return () => document.removeEventListener('keydown', onKeyDown, { capture: true });
  }, []);
}
