import type { ClusterAccess, ConnectionTest, KubeconfigContext } from '@pilothouse/contract';
import { messageOf } from '@pilothouse/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { clustersQuery } from '../../app/queries.ts';
import { Button } from '../../design/Button.tsx';
import { Checkbox } from '../../design/Checkbox.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { Notice } from '../../design/Notice.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { TextField } from '../../design/TextField.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { clusterNamePattern, suggestName } from './access-draft.ts';
import styles from './Clusters.module.css';
import { TestSteps } from './TestSteps.tsx';
import { testAccess, useRegister } from './useRegister.ts';

type ContextPickerProps = {
  /** A kubeconfig's text, or the person's own on this machine. */
  source: string;
  accessOf(context: string): ClusterAccess;
  onDone(): void;
};
type Picked = {
  name: string;
  test?: ConnectionTest;
  error?: string;
  state: 'picked' | 'testing' | 'saving' | 'saved';
  allowPrivateAddress?: boolean;
};

/** Contexts to choose from: each is named, tested on its own and saved on its own; one that fails keeps no other from being saved. */
export function ContextPicker({ source, accessOf, onDone }: ContextPickerProps) {
  const contexts = useQuery({
    queryKey: ['contexts', source],
    queryFn: ({ signal }) =>
      source === 'local'
        ? api.call(routes.listLocalContexts, { signal })
        : api.call(routes.listContexts, { body: { kubeconfig: source }, signal }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const clusters = useQuery(clustersQuery).data ?? [];
  const [picked, setPicked] = useState<Readonly<Record<string, Picked>>>({});
  const register = useRegister();

  const update = (context: string, change: Partial<Picked>) =>
    setPicked((before) => {
      const current = before[context];
      return current ? { ...before, [context]: { ...current, ...change } } : before;
    });
  const toggle = (context: KubeconfigContext) =>
    setPicked((before) => {
      const { [context.name]: present, ...rest } = before;
      if (present) return rest;
      const taken = [...clusters.map((cluster) => cluster.name), ...Object.values(before).map((each) => each.name)];
      return { ...before, [context.name]: { name: suggestName(context.name, taken), state: 'picked' } };
    });
  const optionsOf = (each: Picked) => (each.allowPrivateAddress ? { allowPrivateAddress: true } : {});
  const testAll = () =>
    Promise.all(
      Object.entries(picked)
        .filter(([, each]) => each.state !== 'saved')
        .map(async ([context, each]) => {
          update(context, { state: 'testing' });
          try {
            const test = await testAccess({ access: accessOf(context), ...optionsOf(each) });
            update(context, { state: 'picked', test });
          } catch (error) {
            update(context, { state: 'picked', error: messageOf(error) });
          }
        }),
    );
  const saveAll = async () => {
    let failed = false;
    for (const [context, each] of Object.entries(picked)) {
      if (each.state === 'saved') continue;
      update(context, { state: 'saving' });
      try {
        const force = each.test !== undefined && !each.test.ok;
        await register.mutateAsync({
          name: each.name,
          access: accessOf(context),
          ...optionsOf(each),
          ...(force ? { force } : {}),
        });
        update(context, { state: 'saved' });
      } catch (error) {
        failed = true;
        update(context, { state: 'picked', error: messageOf(error) });
      }
    }
    if (failed) return;
    toasts.show({ tone: 'done', title: texts.clusters.registeredMany(Object.keys(picked).length) });
    onDone();
  };

  if (contexts.error)
    return (
      <ErrorNotice
        error={contexts.error}
        title={texts.clusters.contextsFailed}
        onRetry={() => void contexts.refetch()}
      />
    );
  if (!contexts.data) return <SkeletonLines count={3} label={texts.shell.loading} />;
  if (contexts.data.items.length === 0)
    return (
      <EmptyState title={texts.clusters.noContexts}>
        {source === 'local' ? texts.clusters.noLocalContexts : ''}
      </EmptyState>
    );
  const chosen = Object.values(picked);
  const busy = chosen.some((each) => each.state === 'testing' || each.state === 'saving');
  const named = chosen.every((each) => clusterNamePattern.test(each.name));
  const failing = chosen.some((each) => each.test && !each.test.ok);
  return (
    <>
      <div className={styles.contexts}>
        {contexts.data.items.map((context) => (
          <ContextRow
            key={context.name}
            context={context}
            picked={picked[context.name]}
            onToggle={() => toggle(context)}
            onChange={(change) => update(context.name, change)}
          />
        ))}
      </div>
      <div className={styles.buttons}>
        <Button
          disabled={chosen.length === 0}
          busy={chosen.some((each) => each.state === 'testing')}
          onClick={() => void testAll()}
        >
          {texts.clusters.testMany(chosen.length)}
        </Button>
        <Button variant="primary" disabled={chosen.length === 0 || busy || !named} onClick={() => void saveAll()}>
          {failing ? texts.clusters.registerAnyway : texts.clusters.registerMany(chosen.length)}
        </Button>
      </div>
    </>
  );
}

type ContextRowProps = {
  context: KubeconfigContext;
  picked: Picked | undefined;
  onToggle(): void;
  onChange(change: Partial<Picked>): void;
};

function ContextRow({ context, picked, onToggle, onChange }: ContextRowProps) {
  return (
    <div className={styles.context}>
      <input
        type="checkbox"
        aria-label={context.name}
        disabled={context.refusal !== undefined || picked?.state === 'saved'}
        checked={picked !== undefined}
        onChange={onToggle}
      />
      <div>
        <span className={styles.contextName}>{context.name}</span>
        {context.current && <span className={styles.tag}>{texts.clusters.currentContext}</span>}
        {context.registeredAs && (
          <span className={styles.tag}>{texts.clusters.registeredAs(context.registeredAs)}</span>
        )}
        <div className={styles.quiet}>
          <code>{context.server}</code> {context.user && texts.clusters.asUser(context.user)}
        </div>
      </div>
      {context.refusal && <Notice tone="warn">{context.refusal}</Notice>}
      {picked && picked.state !== 'saved' && (
        <TextField
          label={texts.clusters.name}
          hideLabel
          error={clusterNamePattern.test(picked.name) ? undefined : texts.clusters.nameRule}
          value={picked.name}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      )}
      {picked?.state === 'testing' && <p className={styles.quiet}>{texts.clusters.testing}</p>}
      {picked?.test && <TestSteps test={picked.test} />}
      {picked?.test && !picked.test.ok && (
        <Checkbox
          checked={picked.allowPrivateAddress ?? false}
          onChange={(checked) => onChange({ allowPrivateAddress: checked })}
        >
          {texts.clusters.allowPrivate}
        </Checkbox>
      )}
      {picked?.error && <p className={styles.error}>{picked.error}</p>}
      {picked?.state === 'saved' && <p className={styles.quiet}>{texts.clusters.saved}</p>}
    </div>
  );
}
