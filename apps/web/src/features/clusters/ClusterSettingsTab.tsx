import type { Cluster } from '@pilothouse/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { Checkbox } from '../../design/Checkbox.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { Section } from '../../design/Facts.tsx';
import { IconButton } from '../../design/IconButton.tsx';
import { TextField } from '../../design/TextField.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { clusterNamePattern } from './access-draft.ts';
import styles from './Clusters.module.css';
import { RotateDialog } from './RotateDialog.tsx';

type ClusterSettingsTabProps = { cluster: Cluster; onRenamed(name: string): void; onRemoved(): void };

export function ClusterSettingsTab({ cluster, onRenamed, onRemoved }: ClusterSettingsTabProps) {
  const [removing, setRemoving] = useState(false);
  const [rotating, setRotating] = useState(false);
  const queries = useQueryClient();
  const denied = cluster.role === 'admin' ? undefined : texts.clusters.adminOnly;
  const remove = useMutation({
    mutationFn: () => api.call(routes.deleteCluster, { params: { cluster: cluster.name } }),
    onSuccess: async () => {
      toasts.show({ tone: 'done', title: texts.clusters.removed(cluster.name) });
      onRemoved();
      await queries.invalidateQueries({ queryKey: ['clusters'] });
    },
  });
  return (
    <>
      <EditForm key={cluster.resourceVersion} cluster={cluster} denied={denied} onRenamed={onRenamed} />
      <div className={styles.danger}>
        <div>
          <h2>{texts.clusters.rotate}</h2>
          <p className={styles.quiet}>{texts.clusters.rotateText}</p>
        </div>
        <Button disabledReason={denied} onClick={() => setRotating(true)}>
          {texts.clusters.rotate}
        </Button>
      </div>
      <div className={styles.danger}>
        <div>
          <h2>{texts.clusters.remove}</h2>
          <p className={styles.quiet}>{texts.clusters.removeText}</p>
        </div>
        <Button variant="danger" disabledReason={denied} onClick={() => setRemoving(true)}>
          {texts.clusters.remove}
        </Button>
      </div>
      {rotating && <RotateDialog cluster={cluster} onClose={() => setRotating(false)} />}
      {removing && (
        <ConfirmDialog
          title={texts.clusters.removeTitle(cluster.name)}
          action={texts.clusters.remove}
          danger
          typed={cluster.name}
          busy={remove.isPending}
          onConfirm={() => remove.mutate()}
          onClose={() => setRemoving(false)}
        >
          <p>{texts.clusters.removeText}</p>
          {remove.error && <ErrorNotice error={remove.error} />}
        </ConfirmDialog>
      )}
    </>
  );
}

type EditFormProps = { cluster: Cluster; denied: string | undefined; onRenamed(name: string): void };

function EditForm({ cluster, denied, onRenamed }: EditFormProps) {
  const [name, setName] = useState(cluster.name);
  const [isDefault, setDefault] = useState(cluster.default);
  const [labels, setLabels] = useState(() => Object.entries(cluster.labels));
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: () =>
      api.call(routes.updateCluster, {
        params: { cluster: cluster.name },
        body: { name, default: isDefault, labels: Object.fromEntries(labels.filter(([key]) => key !== '')) },
        headers: { 'if-match': `"${cluster.resourceVersion}"` },
      }),
    onSuccess: async (saved) => {
      toasts.show({ tone: 'done', title: texts.clusters.savedSettings });
      queries.setQueryData(['clusters', saved.name], saved);
      if (saved.name !== cluster.name) onRenamed(saved.name);
      await queries.invalidateQueries({ queryKey: ['clusters'] });
    },
  });
  const valid = clusterNamePattern.test(name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (valid && denied === undefined) save.mutate();
  };
  const setLabel = (index: number, pair: [string, string]) =>
    setLabels(labels.map((each, at) => (at === index ? pair : each)));
  return (
    <Section title={texts.clusters.edit}>
      <form className={styles.form} style={{ maxWidth: 520 }} onSubmit={submit}>
        <TextField
          label={texts.clusters.name}
          hint={texts.clusters.nameHint}
          error={valid ? undefined : texts.clusters.nameRule}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Checkbox checked={isDefault} onChange={setDefault}>
          {texts.clusters.makeDefault}
        </Checkbox>
        <div className={styles.form}>
          <span>{texts.object.labels}</span>
          {labels.map(([key, value], index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: rows of a form have no identity but their place
            <div key={index} className={styles.labelRow}>
              <TextField
                label={texts.clusters.labelKey}
                hideLabel
                mono
                placeholder="team"
                value={key}
                onChange={(event) => setLabel(index, [event.target.value, value])}
              />
              <TextField
                label={texts.clusters.labelValue}
                hideLabel
                mono
                placeholder="payments"
                value={value}
                onChange={(event) => setLabel(index, [key, event.target.value])}
              />
              <IconButton
                label={texts.clusters.removeLabel(key)}
                icon={<Trash2 size={14} />}
                onClick={() => setLabels(labels.filter((_, at) => at !== index))}
              />
            </div>
          ))}
          <div>
            <Button variant="ghost" icon={<Plus size={14} />} onClick={() => setLabels([...labels, ['', '']])}>
              {texts.clusters.addLabel}
            </Button>
          </div>
        </div>
        {save.error && <ErrorNotice error={save.error} />}
        <div>
          <Button type="submit" variant="primary" busy={save.isPending} disabledReason={denied}>
            {texts.actions.save}
          </Button>
        </div>
      </form>
    </Section>
  );
}
