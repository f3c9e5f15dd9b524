import { useQuery } from '@tanstack/react-query';
import { Maximize2, Minimize2, X } from 'lucide-react';
import { lazy, Suspense, useMemo, useState } from 'react';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { useOfferActions } from '../../app/palette/page-actions.ts';
import { kindsQuery } from '../../app/queries.ts';
import { useHotkeys } from '../../app/useHotkeys.ts';
import { CopyButton } from '../../design/CopyButton.tsx';
import { IconButton } from '../../design/IconButton.tsx';
import { KindGlyph } from '../../design/KindGlyph.tsx';
import { Notice } from '../../design/Notice.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { HealthBadge } from '../../design/StateBadge.tsx';
import { type TabItem, Tabs } from '../../design/Tabs.tsx';
import { texts } from '../../texts.ts';
import { EventList } from '../events/EventList.tsx';
import { capabilitiesOf } from '../resources/capabilities.ts';
import { kindTitle } from '../resources/kind-groups.ts';
import { type ObjectRef, refId } from '../resources/object-ref.ts';
import { ActionBar } from './ActionBar.tsx';
import { DeleteDialog } from './DeleteDialog.tsx';
import { asText, at } from './kube-shape.ts';
import styles from './ObjectView.module.css';
import { OwnedPods } from './OwnedPods.tsx';
import { RestartDialog } from './RestartDialog.tsx';
import { ScaleDialog } from './ScaleDialog.tsx';
import { Summary } from './Summary.tsx';
import { useAccess } from './useAccess.ts';
import { useObject } from './useObject.ts';
import { useObjectActions } from './useObjectActions.tsx';

const ManifestTab = lazy(async () => ({ default: (await import('./ManifestTab.tsx')).ManifestTab }));
const EditTab = lazy(async () => ({ default: (await import('./EditTab.tsx')).EditTab }));

export type ObjectViewProps = {
  target: ObjectRef;
  mode: 'panel' | 'page';
  tab: string | undefined;
  onTab(tab: string | undefined): void;
  onClose(): void;
  onWiden?(): void;
  onNarrow?(): void;
};

/** Everything about one object: what it is, how it is, what happened to it, and what can be done. */
export function ObjectView({ target, mode, tab = 'summary', onTab, onClose, onWiden, onNarrow }: ObjectViewProps) {
  const { data, error, refetch } = useObject(target);
  const kinds = useQuery(kindsQuery(target.cluster)).data?.items;
  const kind = kinds?.find((each) => each.resource === target.resource);
  const capabilities = capabilitiesOf(target.resource, kind);
  const [dialog, setDialog] = useState<'scale' | 'restart' | 'delete' | undefined>(undefined);
  const denials = useAccess(target);
  const object = data?.object;
  const actions = useObjectActions({ target, object, capabilities, denials, onTab, onDialog: setDialog });

  useOfferActions(useMemo(() => ({ title: target.name, actions }), [target.name, actions]));
  useHotkeys(
    Object.fromEntries(
      actions
        .filter((action) => action.shortcut !== undefined && action.disabledReason === undefined)
        .map((action) => [action.shortcut ?? '', action.run]),
    ),
    tab !== 'edit',
  );

  if (error && !data)
    return (
      <div className={styles.view}>
        <div className={styles.closeAlone}>
          <IconButton label={texts.actions.close} icon={<X size={16} />} onClick={onClose} />
        </div>
        <ErrorState title={texts.object.failed(target.name)} error={error} onRetry={() => void refetch()} />
      </div>
    );
  if (!data) return <SkeletonLines count={10} label={texts.shell.loading} />;

  const tabs: TabItem[] = [
    {
      value: 'summary',
      label: texts.object.summary,
      content: () => <Summary target={target} answer={data} kinds={kinds ?? []} denials={denials} />,
    },
    ...(capabilities.logs && target.resource !== 'pods'
      ? [{ value: 'pods', label: texts.object.pods, content: () => <OwnedPods target={target} object={object} /> }]
      : []),
    {
      value: 'events',
      label: texts.object.events,
      content: () => <EventList target={target} uid={asText(at(object, 'metadata', 'uid'))} />,
    },
    {
      value: 'yaml',
      label: texts.object.yaml,
      content: () => (
        <ManifestTab target={target} object={object} editDenied={denials.edit} onEdit={() => onTab('edit')} />
      ),
    },
  ];
  const terminating = asText(at(object, 'metadata', 'deletionTimestamp'));

  return (
    <article className={styles.view} aria-label={target.name}>
      <header className={styles.head}>
        <div className={styles.line}>
          <KindGlyph resource={target.resource} shortNames={kind?.shortNames ?? []} />
          <span className={styles.kind}>{kind?.kind ?? kindTitle(target.resource, [])}</span>
          <span className={styles.place}>
            {target.cluster}
            {target.namespace && ` / ${target.namespace}`}
          </span>
          <span className={styles.spring} />
          {mode === 'panel' && onWiden && (
            <IconButton label={texts.object.widen} icon={<Maximize2 size={14} />} onClick={onWiden} />
          )}
          {mode === 'page' && onNarrow && (
            <IconButton label={texts.object.narrow} icon={<Minimize2 size={14} />} onClick={onNarrow} />
          )}
          {mode === 'panel' && (
            <IconButton label={texts.actions.close} icon={<X size={16} />} shortcut="Esc" onClick={onClose} />
          )}
        </div>
        <div className={styles.line}>
          <h1 className={styles.name}>{target.name}</h1>
          <CopyButton text={target.name} label={texts.object.copyName} />
        </div>
        <div className={styles.health}>
          <HealthBadge health={data.health} reason={false} />
          {data.health.reason !== 'NoStatusRule' && <code className={styles.reason}>{data.health.reason}</code>}
          {data.health.reason !== 'NoStatusRule' && data.health.message && (
            <span className={styles.message} title={data.health.message}>
              {data.health.message}
            </span>
          )}
        </div>
        <ActionBar actions={actions} />
      </header>
      {error && <ErrorNotice error={error} title={texts.object.stale} onRetry={() => void refetch()} />}
      {terminating && (
        <Notice tone="warn" flush>
          {texts.object.terminating}
        </Notice>
      )}
      {tab === 'edit' ? (
        <Suspense fallback={<SkeletonLines count={10} label={texts.shell.loading} />}>
          <EditTab key={refId(target)} target={target} object={object} onClose={() => onTab('yaml')} />
        </Suspense>
      ) : (
        <Suspense fallback={<SkeletonLines count={10} label={texts.shell.loading} />}>
          <Tabs
            items={tabs}
            value={tab}
            label={texts.object.tabs}
            onChange={(next) => onTab(next === 'summary' ? undefined : next)}
          />
        </Suspense>
      )}
      {dialog === 'scale' && <ScaleDialog target={target} object={object} onClose={() => setDialog(undefined)} />}
      {dialog === 'restart' && <RestartDialog target={target} onClose={() => setDialog(undefined)} />}
      {dialog === 'delete' && (
        <DeleteDialog
          target={target}
          object={object}
          onClose={() => setDialog(undefined)}
          onDeleted={() => {
            setDialog(undefined);
            onClose();
          }}
        />
      )}
    </article>
  );
}
