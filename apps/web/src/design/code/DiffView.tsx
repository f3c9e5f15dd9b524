import { yaml } from '@codemirror/lang-yaml';
import { unifiedMergeView } from '@codemirror/merge';
import { EditorState } from '@codemirror/state';
import { EditorView, lineNumbers } from '@codemirror/view';
import styles from './CodeView.module.css';
import { codeTheme } from './code-theme.ts';
import { useShadowHost } from './useShadowHost.ts';

/** What would change, line by line; the unchanged is folded away. Loaded on demand. */
export function DiffView({ label, before, after }: { label: string; before: string; after: string }) {
  const host = useShadowHost((root, parent) => {
    const view = new EditorView({
      root,
      parent,
      state: EditorState.create({
        doc: after,
        extensions: [
          lineNumbers(),
          yaml(),
          codeTheme,
          EditorState.readOnly.of(true),
          EditorView.editable.of(false),
          EditorView.contentAttributes.of({
            'aria-label': label,
            tabindex: '0',
            role: 'textbox',
            'aria-readonly': 'true',
            'aria-multiline': 'true',
          }),
          unifiedMergeView({
            original: before,
            mergeControls: false,
            collapseUnchanged: { margin: 3, minSize: 6 },
            syntaxHighlightDeletions: false,
          }),
        ],
      }),
    });
    return () => view.destroy();
  }, `${before}\u0000${after}`);
  return <div ref={host} className={styles.host} />;
}
