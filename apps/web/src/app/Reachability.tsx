import { useSyncExternalStore } from 'react';
import { Age } from '../design/Age.tsx';
import { StateMark } from '../design/StateBadge.tsx';
import { Tooltip } from '../design/Tooltip.tsx';
import { texts } from '../texts.ts';
import { useLiveState } from './live/live-state.ts';
import styles from './Reachability.module.css';
import { serverReach } from './server-reach.ts';

/** How fresh this page is: live, catching up, or cut off and since when. */
export function Reachability() {
  const reach = useSyncExternalStore(serverReach.subscribe, serverReach.current);
  const live = useLiveState();
  if (!reach.ok)
    return (
      <span className={styles.state} role="status">
        <StateMark tone="bad" />
        <span>
          {texts.shell.unreachable} <Age since={reach.since} />
        </span>
      </span>
    );
  if (live === undefined) return null;
  return (
    <Tooltip content={texts.shell.liveHint[live]}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: its meaning can be read by focus too */}
      <span className={styles.state} role="status" tabIndex={0}>
        <StateMark tone={live === 'live' ? 'ok' : 'busy'} />
        <span className={styles.word}>{texts.shell.live[live]}</span>
      </span>
    </Tooltip>
  );
}
