import type { ByteSink, ByteSource } from './byte-streams.ts';
import { sourceOf } from './byte-streams.ts';

/** A terminal's line discipline over raw bytes: what the kernel and the shell's line editor do between a keyboard and a program. */
export type Terminal = {
  /** What programs read: whole lines as they are entered, echoed; ends at Ctrl-D on an empty line. */
  source: ByteSource;
  /** What programs write to: line ends become CR LF. */
  sink: ByteSink;
  /** Reads a line with editing and history; undefined at Ctrl-D, `'interrupt'` as kind at Ctrl-C. */
  readLine(prompt: string): Promise<{ kind: 'line'; text: string } | { kind: 'interrupt' } | { kind: 'end' }>;
  /** Called at Ctrl-C while a program runs. */
  onInterrupt(handler: () => void): void;
  /** Stops reading the keyboard. */
  close(): void;
};

const historyLength = 200;

export function createTerminal(input: AsyncIterable<Uint8Array>, output: ByteSink): Terminal {
  const keys = input[Symbol.asyncIterator]();
  const queue: string[] = [];
  const history: string[] = [];
  const lines: (string | undefined)[] = [];
  let wake: (() => void) | undefined;
  let lineWake: (() => void) | undefined;
  let editing = false;
  let typed = '';
  let interrupt = () => {};
  let ended = false;

  const sink: ByteSink = {
    write: (data) =>
      output.write(
        typeof data === 'string'
          ? data.replace(/\r?\n/g, '\r\n')
          : Buffer.from(data).toString('utf8').replace(/\r?\n/g, '\r\n'),
      ),
  };

  /** Reads the keyboard for as long as it lasts: into the editor's queue, or line by line for a program. */
  async function pump(): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for (;;) {
        const { done, value } = await keys.next();
        if (done === true) break;
        for (const key of splitKeys(decoder.decode(value, { stream: true }))) await pressed(key);
      }
    } catch {
      // The client left: the end of input.
    }
    ended = true;
    finishLine(undefined);
    wake?.();
  }

  async function pressed(key: string): Promise<void> {
    if (editing) {
      queue.push(key);
      wake?.();
      return;
    }
    if (key === '\u0003') {
      typed = '';
      await output.write('^C\r\n').catch(() => {});
      interrupt();
    } else if (key === '\u0004') {
      if (typed === '') finishLine(undefined);
    } else if (key === '\u007f' || key === '\b') {
      if (typed === '') return;
      typed = typed.slice(0, -1);
      await output.write('\b \b').catch(() => {});
    } else if (key === '\r' || key === '\n') {
      await output.write('\r\n').catch(() => {});
      finishLine(`${typed}\n`);
    } else if (!key.startsWith('\u001b')) {
      typed += key;
      await output.write(key).catch(() => {});
    }
  }

  function finishLine(line: string | undefined): void {
    lines.push(line);
    typed = '';
    lineWake?.();
  }

  async function nextKey(): Promise<string | undefined> {
    while (queue.length === 0 && !ended)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    wake = undefined;
    return queue.shift();
  }

  void pump();

  return {
    source: sourceOf(async () => {
      while (lines.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          lineWake = resolve;
        });
      lineWake = undefined;
      const line = lines.shift();
      return line === undefined ? undefined : Buffer.from(line);
    }),
    sink,
    onInterrupt(handler) {
      interrupt = handler;
    },
    close() {
      ended = true;
      wake?.();
      lineWake?.();
      void keys.return?.(undefined);
    },
    async readLine(prompt) {
      editing = true;
      try {
        return await edit(prompt);
      } finally {
        editing = false;
        // What was typed ahead belongs to the program that runs now.
        for (const key of queue.splice(0)) await pressed(key);
      }
    },
  };

  async function edit(
    prompt: string,
  ): Promise<{ kind: 'line'; text: string } | { kind: 'interrupt' } | { kind: 'end' }> {
    let text = '';
    let at = 0;
    let recalled = history.length;
    const redraw = () => {
      const back = [...text].length - at;
      return output.write(`\r${prompt}${text}\u001b[K${back > 0 ? `\u001b[${back}D` : ''}`);
    };
    const replace = (next: string) => {
      text = next;
      at = [...next].length;
      return redraw();
    };
    await output.write(prompt);
    for (;;) {
      const key = await nextKey();
      const signs = [...text];
      if (key === undefined) return { kind: 'end' };
      switch (key) {
        case '\r':
        case '\n': {
          await output.write('\r\n');
          if (text.trim() !== '' && history.at(-1) !== text) history.push(text);
          if (history.length > historyLength) history.shift();
          return { kind: 'line', text };
        }
        case '\u0003':
          await output.write('^C\r\n');
          return { kind: 'interrupt' };
        case '\u0004':
          if (text === '') return { kind: 'end' };
          break;
        case '\u007f':
        case '\b':
          if (at === 0) break;
          signs.splice(--at, 1);
          text = signs.join('');
          await redraw();
          break;
        case '\u001b[3~':
          signs.splice(at, 1);
          text = signs.join('');
          await redraw();
          break;
        case '\u0015':
          text = signs.slice(at).join('');
          at = 0;
          await redraw();
          break;
        case '\u000b':
          text = signs.slice(0, at).join('');
          await redraw();
          break;
        case '\u0017': {
          const before = signs
            .slice(0, at)
            .join('')
            .replace(/\S+\s*$/, '');
          text = before + signs.slice(at).join('');
          at = [...before].length;
          await redraw();
          break;
        }
        case '\u000c':
          await output.write('\u001b[H\u001b[2J');
          await redraw();
          break;
        case '\u0001':
        case '\u001b[H':
          at = 0;
          await redraw();
          break;
        case '\u0005':
        case '\u001b[F':
          at = signs.length;
          await redraw();
          break;
        case '\u001b[D':
          at = Math.max(0, at - 1);
          await redraw();
          break;
        case '\u001b[C':
          at = Math.min(signs.length, at + 1);
          await redraw();
          break;
        case '\u001b[A':
          if (recalled > 0) await replace(history[--recalled] ?? '');
          break;
        case '\u001b[B':
          if (recalled < history.length) await replace(history[++recalled] ?? '');
          break;
        default:
          if (key < ' ') break;
          signs.splice(at, 0, ...key);
          at += [...key].length;
          text = signs.join('');
          if (at === signs.length) await output.write(key);
          else await redraw();
      }
    }
  }
}

/** Cuts what came from the keyboard into single keys, escape sequences and runs of plain text. */
function splitKeys(text: string): string[] {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what this is about
      .match(/\u001b\[[0-9;]*[A-Za-z~]|\u001bO[A-Z]|\u001b|[\u0000-\u001f\u007f]|[^\u0000-\u001f\u007f]+/g)
      ?.map((key) => key.replace('\u001bO', '\u001b[')) ?? []
  );
}
