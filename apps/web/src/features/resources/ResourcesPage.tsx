import type { ResourceRow } from '@pilothouse/contract';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { dock } from '../../app/dock/dock-store.ts';
import { setPreferences, usePreferences, useRowHeight } from '../../app/preferences.ts';
import { clustersQuery, kindsQuery } from '../../app/queries.ts';
import { useScope } from '../../app/useScope.ts';
import { Button } from '../../design/Button.tsx';
import { copyText } from '../../design/CopyButton.tsx';
import { formatCount } from '../../design/format.ts';
import { KindGlyph } from '../../design/KindGlyph.tsx';
import { SidePanel } from '../../design/SidePanel.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { DataTable } from '../../design/table/DataTable.tsx';
import { emptySelection, type RowSelection } from '../../design/table/row-selection.ts';
import { formatSort, nextSort, parseSort } from '../../design/table/table-column.ts';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { BulkBar } from './BulkBar.tsx';
import { ColumnPicker } from './ColumnPicker.tsx';
import { capabilitiesOf } from './capabilities.ts';
import { FilterBar, type FilterSearch, hasFilter, noFilter } from './FilterBar.tsx';
import { KindNav } from './KindNav.tsx';
import { kindPlural, kindTitle } from './kind-groups.ts';
import { kubectlCommand, type ObjectRef, parseRefId, refId, refOf, refParams } from './object-ref.ts';
import { PartialBanner } from './PartialBanner.tsx';
import styles from './ResourcesPage.module.css';
import { allColumns, shownColumns } from './row-columns.tsx';
import { TableNothing } from './TableNothing.tsx';
import type { TableQuery } from './table-controller.ts';
import { useResourceTable } from './useResourceTable.ts';

const ObjectView = lazy(async () => ({ default: (await import('../object/ObjectView.tsx')).ObjectView }));

export function ResourcesPage() {
  const { resource } = useParams({ from: '/app/resources/$resource' });
  return <ResourceTablePage key={resource} resource={resource} />;
}

function tableQuery(
  resource: string,
  scope: { clusters: string[]; namespaces: string[] },
  search: FilterSearch & { sort?: string | undefined },
): TableQuery {
  return Object.fromEntries(
    Object.entries({
      resource,
      clusters: scope.clusters.join(','),
      namespaces: scope.namespaces.join(','),
      q: search.q,
      labelSelector: search.labels,
      fieldSelector: search.fields,
      health: search.health,
      owner: search.owner,
      sort: search.sort,
    }).filter(([, value]) => value),
  ) as TableQuery;
}

function ResourceTablePage({ resource }: { resource: string }) {
  const search = useSearch({ from: '/app/resources/$resource' });
  const navigate = useNavigate({ from: '/resources/$resource' });
  const scope = useScope();
  const preferences = usePreferences();
  const rowHeight = useRowHeight();
  const clusters = useQuery(clustersQuery);
  const kinds = useQuery(kindsQuery(scope.clusters.join(',') || undefined));
  const kind = kinds.data?.items.find((each) => each.resource === resource);
  const { controller, status, snapshot } = useResourceTable(tableQuery(resource, scope, search));
  const [selection, setSelection] = useState<RowSelection>(emptySelection);
  const [activeId, setActiveId] = useState<string | undefined>(undefined);
  const [reading, setReading] = useState(false);

  const sort = parseSort(search.sort);
  const severalClusters = scope.clusters.length !== 1 && (clusters.data?.length ?? 2) > 1;
  const sample = useFirstRows(snapshot.rows);
  const every = useMemo(
    () => allColumns({ columns: status.columns, namespaced: status.namespaced, severalClusters, sample }),
    [status.columns, status.namespaced, severalClusters, sample],
  );
  const columns = useMemo(
    () => shownColumns(every, { resource, served: status.columns, chosen: preferences.columns[resource] }),
    [every, status.columns, preferences.columns, resource],
  );
  const staleClusters = useMemo(
    () =>
      new Set(
        status.sources
          .filter((source) => source.phase === 'stale' || source.phase === 'failed')
          .map((source) => source.cluster),
      ),
    [status.sources],
  );

  const setSearch = useCallback(
    (change: Partial<typeof search>, options: { replace?: boolean } = {}) =>
      void navigate({ search: (before) => ({ ...before, ...change }), replace: options.replace ?? false }),
    [navigate],
  );
  const open = (ref: ObjectRef, tab?: string) =>
    setSearch({ object: refId(ref), tab }, { replace: search.object !== undefined });

  const held = reading || selection.ids.size > 0;
  useEffect(() => controller?.hold(held), [controller, held]);

  const title = kind ? kindPlural(kind) : status.kind || kindTitle(resource, []);
  const opened = search.object === undefined ? undefined : parseRefId(resource, search.object);
  const selected = snapshot.rows.filter((row) => selection.ids.has(row.id) && !snapshot.gone.has(row.id));
  const capabilities = capabilitiesOf(resource, kind);

  const onRowKey = (key: string, row: ResourceRow): boolean => {
    const ref = refOf(resource, row);
    switch (key) {
      case 'd':
        open(ref);
        return true;
      case 'y':
        open(ref, 'yaml');
        return true;
      case 'e':
        open(ref, 'edit');
        return true;
      case 'v':
        open(ref, 'events');
        return true;
      case 'l':
        if (capabilities.logs) dock.open({ type: 'logs', ...ref });
        return capabilities.logs;
      case 's':
        if (capabilities.shell) dock.open({ type: 'terminal', ...ref });
        return capabilities.shell;
      case 'c':
        void copyText(row.name).then(() => toasts.show({ tone: 'done', title: texts.table.copiedName(row.name) }));
        return true;
      case 'C':
        void copyText(kubectlCommand(ref)).then(() => toasts.show({ tone: 'done', title: texts.table.copiedCommand }));
        return true;
      default:
        return false;
    }
  };

  return (
    <div className={styles.page}>
      <KindNav kinds={kinds.data?.items} resource={resource} hidden={preferences.kindsHidden} />
      <div className={styles.list}>
        <header className={styles.head}>
          <KindNav.Toggle hidden={preferences.kindsHidden} kinds={kinds.data?.items} resource={resource} />
          <KindGlyph resource={resource} shortNames={kind?.shortNames ?? []} />
          <h1 className={styles.title}>{title}</h1>
          <span className={styles.total} aria-live="polite">
            {status.phase === 'ready' ? formatCount(status.total) : ''}
          </span>
          {kind?.group && <code className={styles.group}>{`${kind.group}/${kind.version}`}</code>}
          {snapshot.waiting > 0 && (
            <Button variant="primary" className={styles.waiting ?? ''} onClick={() => controller?.release()}>
              {texts.table.waiting(snapshot.waiting)}
            </Button>
          )}
          <span className={styles.spring} />
          <ColumnPicker
            all={every}
            shown={columns}
            onChange={(ids) => setPreferences({ columns: { ...preferences.columns, [resource]: ids } })}
            onReset={() =>
              setPreferences({
                columns: withoutEntry(preferences.columns, resource),
                widths: withoutEntry(preferences.widths, resource),
              })
            }
          />
        </header>
        <FilterBar
          search={search}
          health={status.health}
          onChange={(change, replace) => setSearch(change, { replace })}
        />
        <PartialBanner status={status} onRetry={() => controller?.reload()} />
        {selected.length > 0 && (
          <BulkBar
            resource={resource}
            rows={selected}
            capabilities={capabilities}
            onClear={() => setSelection(emptySelection)}
          />
        )}
        <DataTable<ResourceRow>
          label={title}
          columns={columns}
          rows={snapshot.rows}
          total={status.phase === 'loading' ? 24 : status.phase === 'failed' ? 0 : Math.max(0, status.total)}
          rowHeight={rowHeight}
          {...(controller ? { onNeedMore: controller.loadMore } : {})}
          sort={sort}
          onSort={(id) => {
            const next = nextSort(sort, id);
            setSearch({ sort: next && formatSort(next) }, { replace: true });
          }}
          widths={preferences.widths[resource] ?? none}
          onResize={(id, width) =>
            setPreferences({
              widths: {
                ...preferences.widths,
                [resource]: {
                  ...withoutEntry(preferences.widths[resource] ?? none, id),
                  ...(width === undefined ? {} : { [id]: width }),
                },
              },
            })
          }
          selection={selection}
          onSelect={setSelection}
          activeId={activeId}
          onActive={setActiveId}
          openId={search.object}
          onOpen={(row) => open(refOf(resource, row))}
          onRowKey={onRowKey}
          rowState={(row) =>
            snapshot.gone.has(row.id) ? 'gone' : staleClusters.has(row.cluster) ? 'stale' : undefined
          }
          {...(controller ? { changedCells: (row) => controller.model.changedCells(row.id) } : {})}
          onReading={setReading}
        >
          <TableNothing
            status={status}
            kind={title}
            noClusters={clusters.data?.length === 0}
            filtered={hasFilter(search) || scope.namespaces.length > 0 || scope.clusters.length > 0}
            onClear={() => {
              scope.set({ clusters: [], namespaces: [] });
              setSearch(noFilter);
            }}
            onRetry={() => controller?.reload()}
          />
        </DataTable>
      </div>
      {opened && (
        <SidePanel label={opened.name} onClose={() => setSearch({ object: undefined, tab: undefined })}>
          <Suspense fallback={<SkeletonLines count={8} label={texts.shell.loading} />}>
            <ObjectView
              key={search.object}
              target={opened}
              mode="panel"
              tab={search.tab}
              onTab={(tab) => setSearch({ tab }, { replace: true })}
              onClose={() => setSearch({ object: undefined, tab: undefined })}
              onWiden={() =>
                void navigate({
                  to: '/resources/$resource/$cluster/$namespace/$name',
                  params: refParams(opened),
                  search: { tab: search.tab },
                })
              }
            />
          </Suspense>
        </SidePanel>
      )}
    </div>
  );
}

/** The first rows that came, to measure columns by; later ones must not make columns jump. */
function useFirstRows(rows: readonly ResourceRow[]): readonly ResourceRow[] {
  const [first, setFirst] = useState<readonly ResourceRow[]>([]);
  if (first.length === 0 && rows.length > 0) setFirst(rows.slice(0, 100));
  return first;
}

const none: Readonly<Record<string, number>> = {};

function withoutEntry<V>(record: Readonly<Record<string, V>>, key: string): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([each]) => each !== key));
}
