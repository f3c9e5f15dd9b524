import { useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { api, routes } from '../../app/api.ts';
import { reportFeed } from '../../app/live/live-state.ts';
import { openLiveTable } from '../../app/live/live-tables.ts';
import {
  createTableController,
  type ReadPage,
  type TableController,
  type TableQuery,
  type TableStatus,
} from './table-controller.ts';
import type { TableSnapshot } from './table-model.ts';

const readPage: ReadPage = ({ resource, ...query }, signal) =>
  api.call(routes.listResources, { params: { resource }, query, signal });

/** How long an unseen page keeps its feed. */
const hiddenBeforeClosing = 60_000;

export type ResourceTable = { controller: TableController; status: TableStatus; snapshot: TableSnapshot };

const noTable: { status: TableStatus; snapshot: TableSnapshot } = {
  status: {
    phase: 'loading',
    namespaced: true,
    columns: [],
    total: 0,
    health: {},
    sources: [],
    failures: [],
    complete: false,
    feed: 'connecting',
  },
  snapshot: { rows: [], gone: new Set(), waiting: 0 },
};

/** The live table that a query describes; another query is another table. A page that nobody sees lets its feed go. */
export function useResourceTable(
  query: TableQuery,
): Partial<Pick<ResourceTable, 'controller'>> & Omit<ResourceTable, 'controller'> {
  const key = JSON.stringify(query);
  const awake = useAwake();
  const [controller, setController] = useState<TableController | undefined>(undefined);
  useEffect(() => {
    if (!awake) return;
    const created = createTableController({ query: JSON.parse(key) as TableQuery, readPage, openFeed: openLiveTable });
    setController(created);
    const unsubscribe = created.subscribe(() => reportFeed(created, created.status().feed));
    return () => {
      unsubscribe();
      reportFeed(created, undefined);
      created.close();
    };
  }, [key, awake]);
  const status = useSyncExternalStore(controller?.subscribe ?? never, () => controller?.status() ?? noTable.status);
  const snapshot = useSyncExternalStore(
    controller?.model.subscribe ?? never,
    () => controller?.model.snapshot() ?? noTable.snapshot,
  );
  return useMemo(() => ({ ...(controller ? { controller } : {}), status, snapshot }), [controller, status, snapshot]);
}

function never(): () => void {
  return () => {};
}

/** False once the page has been out of sight for a while; true as soon as it is seen again. */
function useAwake(): boolean {
  const [awake, setAwake] = useState(true);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onChange = () => {
      clearTimeout(timer);
      if (document.hidden) timer = setTimeout(() => setAwake(false), hiddenBeforeClosing);
      else setAwake(true);
    };
    document.addEventListener('visibilitychange', onChange);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', onChange);
    };
  }, []);
  return awake;
}
