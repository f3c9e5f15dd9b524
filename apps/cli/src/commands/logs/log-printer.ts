import { sourceColours } from '../../output/style.ts';
import { terminalLogLine, terminalText } from '../../output/terminal-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import type { LogSource } from './pod-selection.ts';
import type { LogRequest } from './read-log.ts';

type Held = { at: string; order: number; text: string };

/**
 * Prints lines of several sources, each with a prefix in its own colour. On a terminal control sequences are made harmless; into a file or
 * a pipe go the bytes the container wrote. Lines of logs that are not followed are merged by time.
 */
export function createLogPrinter(
  context: CliContext,
  options: { timestamps: boolean; prefix: boolean; merge?: boolean },
) {
  const safe = context.io.stdout.isTTY === true ? terminalLogLine : (text: string) => text;
  const held: Held[] = [];
  let sources = 0;

  return {
    take(source: LogSource): LogRequest['take'] {
      const colour = sourceColours[sources++ % sourceColours.length] ?? 'cyan';
      return (message) => {
        if (message.type === 'notice') {
          context.note(`${source.pod}: ${message.message}`);
          return undefined;
        }
        const name = terminalText(`${source.pod}/${message.container}`);
        const prefix = options.prefix ? `${context.style(colour, `[${name}]`)} ` : '';
        const time = options.timestamps && message.at ? `${message.at} ` : '';
        const cut = message.truncated ? ` … (${message.truncated} bytes more)` : '';
        const line = `${prefix}${time}${safe(message.text)}${cut}\n`;
        if (!options.merge) return context.print(line);
        held.push({ at: message.at ?? '', order: held.length, text: line });
        return undefined;
      };
    },
    async flushMerged(): Promise<void> {
      held.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : a.order - b.order));
      const slice = 1000;
      for (let start = 0; start < held.length; start += slice) {
        const text = held
          .slice(start, start + slice)
          .map((each) => each.text)
          .join('');
        await context.print(text);
      }
    },
  };
}
