import '@xterm/xterm/css/xterm.css';
import type { ExecControl } from '@pilothouse/contract';
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import { useEffect, useRef, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import type { DockTarget } from '../../app/dock/dock-store.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import { texts } from '../../texts.ts';
import styles from '../logs/LogPane.module.css';
import { openExecSocket } from './exec-socket.ts';
import { terminalDocument } from './terminal-document.ts';
import { terminalTheme } from './terminal-theme.ts';

type TerminalTarget = DockTarget & { type: 'terminal' };
type Ending = { exitCode?: number; message: string };

/** A shell in a container. When it ends, it says how, and offers to start another. */
export function TerminalPane({ target, visible }: { target: TerminalTarget; visible: boolean }) {
  const [run, setRun] = useState(0);
  return <Shell key={run} target={target} visible={visible} onAgain={() => setRun((before) => before + 1)} />;
}

function Shell({ target, visible, onAgain }: { target: TerminalTarget; visible: boolean; onAgain(): void }) {
  const host = useRef<HTMLDivElement>(null);
  const fit = useRef<() => void>(() => {});
  const [ending, setEnding] = useState<Ending | undefined>(undefined);
  const [error, setError] = useState<unknown>(undefined);

  // biome-ignore lint/correctness/useExhaustiveDependencies: a pane shows one target for its life
  useEffect(() => {
    const element = host.current;
    if (!element) return;
    const safe = terminalDocument();
    const terminal = new Terminal({
      documentOverride: safe.document,
      fontFamily: 'JetBrains Mono Variable, monospace',
      fontSize: 12,
      lineHeight: 1.3,
      cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      scrollback: 10_000,
      theme: terminalTheme(element),
      screenReaderMode: false,
    });
    const fitter = new FitAddon();
    terminal.loadAddon(fitter);
    terminal.open(element);
    fit.current = () => element.offsetParent !== null && fitter.fit();
    fit.current();
    terminal.focus();
    const observer = new ResizeObserver(() => fit.current());
    observer.observe(element);
    const scheme = new MutationObserver(() => {
      terminal.options.theme = terminalTheme(element);
    });
    scheme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });

    const abort = new AbortController();
    let close = () => {};
    void connect({ target, terminal, signal: abort.signal, onEnd: setEnding }).then(
      (closer) => {
        close = closer;
        if (abort.signal.aborted) close();
      },
      (failure: unknown) => !abort.signal.aborted && setError(failure),
    );
    return () => {
      abort.abort();
      close();
      observer.disconnect();
      scheme.disconnect();
      terminal.dispose();
      safe.dispose();
    };
  }, []);
  useEffect(() => {
    if (visible) fit.current();
  }, [visible]);

  return (
    <>
      <div className={styles.terminal} data-takes-keys>
        <div
          ref={host}
          className={styles.terminalHost}
          role="application"
          aria-label={texts.terminal.label(target.name)}
        />
        {ending && (
          <div className={styles.over} role="status">
            <StateMark tone={ending.exitCode === 0 ? 'ok' : 'bad'} />
            <span>{ending.message}</span>
            <Button onClick={onAgain}>{texts.terminal.again}</Button>
          </div>
        )}
      </div>
      {error !== undefined && <ErrorNotice error={error} title={texts.terminal.failed} onRetry={onAgain} />}
    </>
  );
}

type Connect = { target: TerminalTarget; terminal: Terminal; signal: AbortSignal; onEnd(ending: Ending): void };

async function connect({ target, terminal, signal, onEnd }: Connect): Promise<() => void> {
  const { url } = await api.call(routes.createTicket, {
    body: {
      path: '/ws/exec',
      cluster: target.cluster,
      namespace: target.namespace,
      pod: target.name,
      ...(target.container ? { container: target.container } : {}),
      tty: true,
      stdin: true,
    },
    signal,
  });
  if (signal.aborted) return () => {};
  let ended = false;
  const end = (ending: Ending) => {
    if (ended || signal.aborted) return;
    ended = true;
    onEnd(ending);
  };
  const onControl = (message: ExecControl) => {
    if (message.type === 'exit')
      end({
        exitCode: message.code,
        message: [texts.terminal.exited(message.code), message.message].filter(Boolean).join(': '),
      });
    if (message.type === 'notice') terminal.writeln(`\r\n\u001b[2m${message.message}\u001b[0m`);
  };
  const socket = openExecSocket(url, {
    output: (bytes) => terminal.write(bytes),
    control: onControl,
    closed: (reason) => end({ message: reason ? `${texts.terminal.lost}: ${reason}` : texts.terminal.lost }),
  });
  socket.resize(terminal.cols, terminal.rows);
  terminal.onData((data) => socket.write(data));
  terminal.onBinary((data) => socket.write(Uint8Array.from(data, (character) => character.charCodeAt(0))));
  terminal.onResize(({ cols, rows }) => socket.resize(cols, rows));
  return () => socket.close();
}
