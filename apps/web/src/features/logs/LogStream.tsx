import { ArrowDownToLine, ChevronDown, ChevronUp, Clock, Download, Eraser, Search, WrapText } from 'lucide-react';
import { useMemo, useState } from 'react';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { setPreferences, usePreferences } from '../../app/preferences.ts';
import { Button } from '../../design/Button.tsx';
import { Checkbox } from '../../design/Checkbox.tsx';
import { IconButton } from '../../design/IconButton.tsx';
import { Notice } from '../../design/Notice.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import type { Tone } from '../../design/state-tone.ts';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import { LogLines } from './LogLines.tsx';
import styles from './LogPane.module.css';
import type { LogState } from './log-follower.ts';
import { type LogSource, useLog } from './useLog.ts';

type LogStreamProps = {
  source: LogSource;
  pods: readonly string[];
  containers: readonly string[];
  visible: boolean;
  onPod(pod: string): void;
  onContainer(container: string): void;
};

const ranges = {
  tail: { tailLines: 1000 },
  'tail-10000': { tailLines: 10_000 },
  '5m': { sinceSeconds: 300 },
  '1h': { sinceSeconds: 3600 },
  '24h': { sinceSeconds: 86_400 },
  all: {},
} as const;
type Range = keyof typeof ranges;

const stateTone: Record<LogState, Tone> = {
  connecting: 'busy',
  following: 'ok',
  ended: 'none',
  retrying: 'busy',
  paused: 'paused',
  failed: 'bad',
};

export function LogStream({ source, pods, containers, visible, onPod, onContainer }: LogStreamProps) {
  const { wrapLogs, logTimes } = usePreferences();
  const [range, setRange] = useState<Range>('tail');
  const [previous, setPrevious] = useState(false);
  const [search, setSearch] = useState('');
  const [match, setMatch] = useState(0);
  const [atEnd, setAtEnd] = useState(true);
  const log = useLog({ source, query: { ...ranges[range], previous, follow: !previous }, visible });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version says that the ring's content changed
  const matches = useMemo(() => log.ring.find(search), [log.ring, log.version, search]);
  const current = matches.length === 0 ? undefined : matches[Math.min(match, matches.length - 1)];
  const step = (by: number) => {
    setAtEnd(false);
    setMatch((before) =>
      matches.length === 0 ? 0 : (Math.min(before, matches.length - 1) + by + matches.length) % matches.length,
    );
  };

  return (
    <>
      <div className={styles.bar}>
        {pods.length > 1 && (
          <SelectField
            label={texts.logs.pod}
            hideLabel
            value={source.pod}
            options={pods.map((pod) => ({ value: pod, label: pod }))}
            onChange={onPod}
          />
        )}
        <SelectField
          label={texts.logs.container}
          hideLabel
          value={source.container}
          options={containers.map((container) => ({ value: container, label: container }))}
          onChange={onContainer}
        />
        <SelectField<Range>
          label={texts.logs.range}
          hideLabel
          value={range}
          options={(Object.keys(ranges) as Range[]).map((value) => ({ value, label: texts.logs.ranges[value] }))}
          onChange={setRange}
        />
        <Checkbox checked={previous} onChange={setPrevious}>
          {texts.logs.previous}
        </Checkbox>
        <div className={styles.search}>
          <TextField
            label={texts.logs.search}
            hideLabel
            type="search"
            placeholder={texts.logs.search}
            leading={<Search size={13} />}
            trailing={
              search && (
                <span className={styles.matches}>
                  {matches.length === 0 ? '0' : `${Math.min(match, matches.length - 1) + 1}/${matches.length}`}
                </span>
              )
            }
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              setMatch(Number.MAX_SAFE_INTEGER);
              setAtEnd(false);
            }}
            onKeyDown={(event) => {
              if (event.key === 'Enter') step(event.shiftKey ? 1 : -1);
              if (event.key === 'Escape') setSearch('');
            }}
          />
        </div>
        {search && (
          <>
            <IconButton label={texts.logs.earlier} icon={<ChevronUp size={14} />} onClick={() => step(-1)} />
            <IconButton label={texts.logs.later} icon={<ChevronDown size={14} />} onClick={() => step(1)} />
          </>
        )}
        <span className={styles.spring} />
        <span className={styles.state} role="status">
          <StateMark tone={stateTone[log.state]} />
          {texts.logs.states[log.state]}
        </span>
        <IconButton
          label={texts.logs.times}
          icon={<Clock size={14} />}
          aria-pressed={logTimes}
          onClick={() => setPreferences({ logTimes: !logTimes })}
        />
        <IconButton
          label={texts.logs.wrap}
          icon={<WrapText size={14} />}
          aria-pressed={wrapLogs}
          onClick={() => setPreferences({ wrapLogs: !wrapLogs })}
        />
        <IconButton label={texts.logs.clear} icon={<Eraser size={14} />} onClick={log.clear} />
        <IconButton
          label={texts.logs.download}
          icon={<Download size={14} />}
          onClick={() => download(log.ring.text(logTimes), `${source.pod}-${source.container}.log`)}
        />
      </div>
      {log.error !== undefined && <ErrorNotice error={log.error} title={texts.logs.failed} onRetry={log.restart} />}
      {log.ring.dropped > 0 && (
        <Notice tone="info" flush>
          {texts.logs.dropped(log.ring.dropped)}
        </Notice>
      )}
      <div className={styles.lines}>
        <LogLines
          ring={log.ring}
          version={log.version}
          search={search}
          current={current}
          wrap={wrapLogs}
          times={logTimes}
          atEnd={atEnd}
          onAtEnd={setAtEnd}
        />
        {log.ring.size === 0 && log.state !== 'connecting' && log.error === undefined && (
          <p className={styles.nothing}>{previous ? texts.logs.noPrevious : texts.logs.nothing}</p>
        )}
        {!atEnd && (
          <Button className={styles.toEnd ?? ''} icon={<ArrowDownToLine size={14} />} onClick={() => setAtEnd(true)}>
            {log.state === 'following' ? texts.logs.followAgain : texts.logs.toEnd}
          </Button>
        )}
      </div>
    </>
  );
}

function download(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
