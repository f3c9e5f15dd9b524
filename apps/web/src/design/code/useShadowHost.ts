import { type RefObject, useEffect, useRef } from 'react';

/**
 * A host for an editor with a shadow root of its own: there CodeMirror keeps its rules in an adopted style sheet, which a
 * `style-src 'self'` policy allows, instead of a style element, which it refuses.
 */
export function useShadowHost(
  build: (root: ShadowRoot, parent: HTMLElement) => () => void,
  key: unknown,
): RefObject<HTMLDivElement | null> {
  const host = useRef<HTMLDivElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the caller says with `key` when to build anew
  useEffect(() => {
    if (!host.current) return;
    const root = host.current.shadowRoot ?? host.current.attachShadow({ mode: 'open', delegatesFocus: true });
    const parent = document.createElement('div');
    parent.style.cssText = 'height: 100%; min-height: 0;';
    root.append(parent);
    const destroy = build(root, parent);
    return () => {
      destroy();
      parent.remove();
    };
  }, [key]);
  return host;
}
