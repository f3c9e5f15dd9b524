import { useEffect, useRef } from 'react';
import { isTyping } from '../design/is-typing.ts';

export type Hotkeys = Record<string, (event: KeyboardEvent) => void>;

/**
 * Keys of the page: `?`, `/`, `Mod+k`, `l`. Single letters stand back while somebody types or a dialog or menu is open; a later
 * mounted handler that prevented the default has gone first.
 */
export function useHotkeys(keys: Hotkeys, enabled = true): void {
  const current = useRef(keys);
  current.current = keys;
  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.altKey) return;
      const command = event.ctrlKey || event.metaKey;
      if (!command && (isTyping(event.target) || document.querySelector('[role="dialog"], [role="menu"]'))) return;
      const run = current.current[command ? `Mod+${event.key.toLowerCase()}` : event.key];
      if (!run) return;
      event.preventDefault();
      run(event);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [enabled]);
}
