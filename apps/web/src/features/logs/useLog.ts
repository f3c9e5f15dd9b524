import { useCallback, useEffect, useRef, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { createLogFollower, type LogFollower, type LogQuery, type LogState } from './log-follower.ts';
import { createLogRing, type LogRing } from './log-ring.ts';

export type LogSource = { cluster: string; namespace: string; pod: string; container: string };
export type Log = {
  ring: LogRing;
  /** Changes when the ring's content does. */
  version: number;
  state: LogState;
  error: unknown;
  clear(): void;
  restart(): void;
};

const capacity = 50_000;

/** A followed log. Out of sight it stands still and keeps its place: a browser has few connections to spare. */
export function useLog({ source, query, visible }: { source: LogSource; query: LogQuery; visible: boolean }): Log {
  const [ring] = useState(() => createLogRing(capacity));
  const [version, setVersion] = useState(0);
  const [state, setState] = useState<LogState>('connecting');
  const [error, setError] = useState<unknown>(undefined);
  const [run, setRun] = useState(0);
  const follower = useRef<LogFollower | undefined>(undefined);
  const key = JSON.stringify([source, query]);
  const seen = useRef(visible);
  seen.current = visible;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `run` starts it anew
  useEffect(() => {
    const [{ cluster, namespace, pod, container }, wanted] = JSON.parse(key) as [LogSource, LogQuery];
    ring.clear();
    setVersion((before) => before + 1);
    setError(undefined);
    const created = createLogFollower({
      query: wanted,
      open: (asked, signal) =>
        api.lines(routes.podLogs, {
          params: { cluster, namespace, name: pod },
          query: { ...asked, container },
          signal,
        }),
      onLines(lines) {
        ring.push(lines);
        setVersion((before) => before + 1);
      },
      onState(next, failure) {
        setState(next);
        setError(next === 'failed' ? failure : undefined);
      },
    });
    follower.current = created;
    if (!seen.current) created.pause();
    return () => created.close();
  }, [key, run, ring]);

  useEffect(() => {
    if (visible) follower.current?.resume();
    else follower.current?.pause();
  }, [visible]);

  return {
    ring,
    version,
    state,
    error,
    clear: useCallback(() => {
      ring.clear();
      setVersion((before) => before + 1);
    }, [ring]),
    restart: useCallback(() => setRun((before) => before + 1), []),
  };
}
