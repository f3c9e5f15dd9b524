import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentUnit } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view';
import { useEffect, useRef } from 'react';
import { LineCounter, parseAllDocuments } from 'yaml';
import styles from './CodeView.module.css';
import { codeTheme } from './code-theme.ts';
import { useShadowHost } from './useShadowHost.ts';

export type CodeViewProps = {
  label: string;
  text: string;
  /** Leave out to read only. */
  onChange?: (text: string) => void;
};

const shared: Extension = [
  lineNumbers(),
  foldGutter(),
  yaml(),
  search({ top: true }),
  highlightSelectionMatches(),
  bracketMatching(),
  drawSelection(),
  codeTheme,
  keymap.of([...searchKeymap, ...foldKeymap, ...defaultKeymap]),
];

/** YAML in CodeMirror: read, or edited with syntax faults shown where they are. Loaded on demand. */
export function CodeView({ label, text, onChange }: CodeViewProps) {
  const view = useRef<EditorView | undefined>(undefined);
  const change = useRef(onChange);
  change.current = onChange;
  const editable = onChange !== undefined;

  const host = useShadowHost((root, parent) => {
    const created = new EditorView({
      root,
      parent,
      state: EditorState.create({
        doc: text,
        extensions: [shared, editable ? editing(change) : reading(), named(label)],
      }),
    });
    view.current = created;
    if (editable) created.focus();
    return () => {
      view.current = undefined;
      created.destroy();
    };
  }, editable);

  useEffect(() => {
    const current = view.current;
    if (!current || current.state.doc.toString() === text) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: text } });
  }, [text]);

  return <div ref={host} className={styles.host} data-takes-keys={editable || undefined} />;
}

function named(label: string): Extension {
  return EditorView.contentAttributes.of({ 'aria-label': label });
}

function reading(): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({
      tabindex: '0',
      role: 'textbox',
      'aria-readonly': 'true',
      'aria-multiline': 'true',
    }),
  ];
}

function editing(change: { current: ((text: string) => void) | undefined }): Extension {
  return [
    history(),
    highlightActiveLine(),
    EditorView.contentAttributes.of({ tabindex: '0' }),
    indentUnit.of('  '),
    lintGutter(),
    linter((view) => yamlFaults(view.state.doc.toString())),
    keymap.of([...historyKeymap, indentWithTab]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) change.current?.(update.state.doc.toString());
    }),
  ];
}

/** Where a text is not YAML, with the parser's words. */
export function yamlFaults(text: string): Diagnostic[] {
  const documents = parseAllDocuments(text, { lineCounter: new LineCounter(), prettyErrors: false });
  if (!Array.isArray(documents)) return [];
  return documents.flatMap((document) =>
    document.errors.map((error) => ({
      from: Math.min(error.pos[0], text.length),
      to: Math.min(Math.max(error.pos[1], error.pos[0]), text.length),
      severity: 'error' as const,
      message: error.message,
    })),
  );
}
