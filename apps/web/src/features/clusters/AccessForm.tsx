import { isAppError } from '@pilothouse/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { clustersQuery } from '../../app/queries.ts';
import { Button } from '../../design/Button.tsx';
import { Checkbox } from '../../design/Checkbox.tsx';
import { TextField } from '../../design/TextField.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import { AccessFields } from './AccessFields.tsx';
import {
  type AccessDraft,
  accessOf,
  clusterNamePattern,
  emptyDraft,
  type FormMeans,
  missingFields,
  suggestName,
} from './access-draft.ts';
import styles from './Clusters.module.css';
import { TestSteps } from './TestSteps.tsx';
import { testAccess, useRegister } from './useRegister.ts';

const suggested: Readonly<Partial<Record<FormMeans, string>>> = { simulated: 'demo', 'in-cluster': 'in-cluster' };

export function AccessForm({ means, onDone }: { means: FormMeans; onDone(): void }) {
  const clusters = useQuery(clustersQuery).data ?? [];
  const [name, setName] = useState(() =>
    suggested[means]
      ? suggestName(
          suggested[means],
          clusters.map((cluster) => cluster.name),
        )
      : '',
  );
  const [draft, setDraft] = useState<AccessDraft>(emptyDraft);
  const [allowPrivateAddress, setAllowPrivateAddress] = useState(false);
  const [tried, setTried] = useState(false);
  const access = () => accessOf(means, draft);
  const test = useMutation({ mutationFn: () => testAccess({ access: access(), allowPrivateAddress }) });
  const register = useRegister();
  const missing = missingFields(means, draft);
  const nameFault = clusterNamePattern.test(name) ? undefined : texts.clusters.nameRule;
  const ready = missing.length === 0;

  const save = (force: boolean) =>
    register.mutate(
      { name, access: access(), ...(allowPrivateAddress ? { allowPrivateAddress } : {}), ...(force ? { force } : {}) },
      {
        onSuccess: (cluster) => {
          toasts.show({ tone: 'done', title: texts.clusters.registered(cluster.name) });
          onDone();
        },
      },
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (ready && nameFault === undefined) save(false);
  };
  const refusedAddress = [test.error, register.error].some(
    (error) => isAppError(error) && error.code === 'address_refused',
  );

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <TextField
        label={texts.clusters.name}
        hint={texts.clusters.nameHint}
        error={tried ? nameFault : undefined}
        autoComplete="off"
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <AccessFields means={means} draft={draft} missing={tried ? missing : []} onChange={setDraft} />
      {(refusedAddress || allowPrivateAddress) && (
        <Checkbox checked={allowPrivateAddress} onChange={setAllowPrivateAddress}>
          {texts.clusters.allowPrivate}
        </Checkbox>
      )}
      {test.data && <TestSteps test={test.data} />}
      {test.error && <ErrorNotice error={test.error} title={texts.clusters.testFailed} />}
      {register.error && <ErrorNotice error={register.error} title={texts.clusters.registerFailed} />}
      <div className={styles.buttons}>
        <Button
          busy={test.isPending}
          onClick={() => {
            setTried(true);
            if (ready) test.mutate();
          }}
        >
          {texts.clusters.test}
        </Button>
        {(register.error || (test.data && !test.data.ok)) && (
          <Button busy={register.isPending} disabled={!ready || nameFault !== undefined} onClick={() => save(true)}>
            {texts.clusters.registerAnyway}
          </Button>
        )}
        <Button type="submit" variant="primary" busy={register.isPending}>
          {texts.clusters.register}
        </Button>
      </div>
    </form>
  );
}
