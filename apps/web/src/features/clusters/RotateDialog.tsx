import type { Cluster, ClusterAccess } from '@pilothouse/contract';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { Dialog } from '../../design/Dialog.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { TextArea, TextField } from '../../design/TextField.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { AccessFields } from './AccessFields.tsx';
import { type AccessDraft, accessOf, emptyDraft, type FormMeans, missingFields } from './access-draft.ts';

type RotateMeans = 'kubeconfig' | Exclude<FormMeans, 'in-cluster' | 'simulated'>;
const offered: readonly RotateMeans[] = ['kubeconfig', 'token', 'client-certificate', 'service-account', 'oidc'];

/** New credentials for the same cluster; the server tests them before it lets go of the old ones. */
export function RotateDialog({ cluster, onClose }: { cluster: Cluster; onClose(): void }) {
  const [means, setMeans] = useState<RotateMeans>(
    () => offered.find((each) => each === cluster.accessType) ?? 'kubeconfig',
  );
  const [draft, setDraft] = useState<AccessDraft>({ ...emptyDraft, server: cluster.server });
  const [kubeconfig, setKubeconfig] = useState('');
  const [context, setContext] = useState('');
  const queries = useQueryClient();
  const access = (): ClusterAccess =>
    means === 'kubeconfig' ? { type: means, kubeconfig, ...(context ? { context } : {}) } : accessOf(means, draft);
  const missing = means === 'kubeconfig' ? [] : missingFields(means, draft);
  const ready = means === 'kubeconfig' ? kubeconfig.trim() !== '' : missing.length === 0;
  const rotate = useMutation({
    mutationFn: () =>
      api.call(routes.rotateCredentials, { params: { cluster: cluster.name }, body: { access: access() } }),
    onSuccess: async () => {
      toasts.show({ tone: 'done', title: texts.clusters.rotated(cluster.name) });
      onClose();
      await queries.invalidateQueries({ queryKey: ['clusters'] });
    },
  });
  return (
    <Dialog
      title={texts.clusters.rotateTitle(cluster.name)}
      wide
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button variant="primary" disabled={!ready} busy={rotate.isPending} onClick={() => rotate.mutate()}>
            {texts.clusters.rotate}
          </Button>
        </>
      }
    >
      <SelectField<RotateMeans>
        label={texts.clusters.means}
        value={means}
        options={offered.map((value) => ({ value, label: texts.clusters.meansNames[value] }))}
        onChange={setMeans}
      />
      {means === 'kubeconfig' ? (
        <>
          <TextArea
            label={texts.clusters.kubeconfig}
            mono
            rows={8}
            value={kubeconfig}
            onChange={(event) => setKubeconfig(event.target.value)}
          />
          <TextField
            label={texts.clusters.optional(texts.clusters.context)}
            mono
            value={context}
            onChange={(event) => setContext(event.target.value)}
          />
        </>
      ) : (
        <AccessFields means={means} draft={draft} missing={[]} onChange={setDraft} />
      )}
      {rotate.error && <ErrorNotice error={rotate.error} title={texts.clusters.rotateFailed} />}
    </Dialog>
  );
}
