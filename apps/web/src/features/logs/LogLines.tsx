import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useRef, useState } from 'react';
import { cx } from '../../design/cx.ts';
import { formatBytes } from '../../design/format.ts';
import { texts } from '../../texts.ts';
import styles from './LogPane.module.css';
import type { LogLine, LogRing } from './log-ring.ts';
import { splitMatches } from './log-text.ts';

type LogLinesProps = {
  ring: LogRing;
  version: number;
  search: string;
  /** Position of the match one is at. */
  current: number | undefined;
  wrap: boolean;
  times: boolean;
  /** Stick to the newest line. */
  atEnd: boolean;
  onAtEnd(atEnd: boolean): void;
};

const lineHeight = 20;

/** Only the lines in view exist, so fifty thousand scroll as ten do. */
export function LogLines(props: LogLinesProps) {
  const { ring, version, search, current, wrap, times, atEnd, onAtEnd } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: ring.size,
    getScrollElement: () => scroller.current,
    estimateSize: () => lineHeight,
    overscan: 20,
    getItemKey: (index) => ring.at(index)?.seq ?? index,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights are of another kind when lines wrap
  useEffect(() => virtual.measure(), [wrap]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each version may bring lines
  useEffect(() => {
    if (atEnd && ring.size > 0) virtual.scrollToIndex(ring.size - 1, { align: 'end' });
  }, [version, atEnd, wrap]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only a new match scrolls
  useEffect(() => {
    if (current !== undefined && !atEnd) virtual.scrollToIndex(current, { align: 'center' });
  }, [current]);

  return (
    <div
      ref={scroller}
      className={cx(styles.scroller, wrap && styles.wrap)}
      role="log"
      aria-live="off"
      aria-label={texts.logs.lines}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
      onWheel={(event) => event.deltaY < 0 && atEnd && onAtEnd(false)}
      onKeyDown={(event) => {
        if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) onAtEnd(false);
        if (event.key === 'End') onAtEnd(true);
      }}
      onScroll={(event) => {
        const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
        const below = scrollHeight - scrollTop - clientHeight;
        if (!atEnd && below < 4 && current === undefined) onAtEnd(true);
        else if (atEnd && below > lineHeight * 12) onAtEnd(false);
      }}
    >
      <div className={styles.body} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const line = ring.at(item.index);
          return (
            line && (
              <div
                key={item.key}
                data-index={item.index}
                ref={wrap ? virtual.measureElement : undefined}
                className={cx(
                  styles.line,
                  styles[line.level],
                  line.notice && styles.notice,
                  item.index === current && styles.current,
                )}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                {times && (
                  <time className={styles.time}>
                    {line.at?.replace('T', ' ').replace(/(\.\d{3})\d*Z?$/, '$1') ?? ''}
                  </time>
                )}
                <LineText line={line} search={search} />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}

/** So much of a line is drawn at first; the browser lays out no more than it must. */
const shown = 2000;

const LineText = memo(function LineText({ line, search }: { line: LogLine; search: string }) {
  const [whole, setWhole] = useState(false);
  const text = whole ? line.text : line.text.slice(0, shown);
  return (
    <span className={styles.text}>
      {search === ''
        ? text
        : splitMatches(text, search).map((part, index) =>
            // biome-ignore lint/suspicious/noArrayIndexKey: parts are told apart by their place alone
            part.match ? <mark key={index}>{part.text}</mark> : part.text,
          )}
      {!whole && line.text.length > shown && (
        <button type="button" className={styles.moreText} onClick={() => setWhole(true)}>
          {texts.logs.showRest(formatBytes(line.text.length - shown))}
        </button>
      )}
      {line.truncated !== undefined && (
        <span className={styles.cut}>{texts.logs.cut(formatBytes(line.truncated))}</span>
      )}
    </span>
  );
});
