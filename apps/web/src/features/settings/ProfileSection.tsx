import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { setPreferences, usePreferences } from '../../app/preferences.ts';
import { meQuery } from '../../app/queries.ts';
import { Button } from '../../design/Button.tsx';
import { Facts } from '../../design/Facts.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { TextField } from '../../design/TextField.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import styles from './Settings.module.css';

export function ProfileSection() {
  const { data: me, error, refetch } = useQuery(meQuery);
  const { theme, density } = usePreferences();
  if (error && !me) return <ErrorState title={texts.settings.failed} error={error} onRetry={() => void refetch()} />;
  if (!me) return <SkeletonLines count={4} label={texts.shell.loading} />;
  return (
    <>
      <div className={styles.form}>
        <Facts
          items={[
            { label: texts.settings.name, value: me.user.name },
            { label: texts.signIn.email, value: me.user.email },
            {
              label: texts.settings.roles,
              value: me.roleBindings.map((binding) => (
                <div key={binding.id}>
                  {texts.roles[binding.role]}{' '}
                  <span className={styles.quiet}>{texts.settings.on(binding.cluster, binding.namespaces)}</span>
                </div>
              )),
            },
          ]}
        />
      </div>
      <div className={styles.block}>
        <h2>{texts.palette.appearance}</h2>
        <div className={styles.choices}>
          <SelectField
            label={texts.person.theme}
            value={theme}
            options={(['system', 'light', 'dark'] as const).map((value) => ({
              value,
              label: texts.person.themes[value],
            }))}
            onChange={(value) => setPreferences({ theme: value })}
          />
          <SelectField
            label={texts.person.density}
            value={density}
            options={(['comfortable', 'compact'] as const).map((value) => ({
              value,
              label: texts.person.densities[value],
            }))}
            onChange={(value) => setPreferences({ density: value })}
          />
        </div>
      </div>
      {me.principal === 'session' && !me.localMode && (
        <div className={styles.block}>
          <h2>{texts.settings.changePassword}</h2>
          <PasswordForm email={me.user.email} />
        </div>
      )}
    </>
  );
}

const shortest = 12;

function PasswordForm({ email }: { email: string }) {
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [tried, setTried] = useState(false);
  const change = useMutation({
    mutationFn: () => api.call(routes.changePassword, { body: { currentPassword: current, newPassword: next } }),
    onSuccess: () => {
      setCurrent('');
      setNext('');
      setTried(false);
      toasts.show({ tone: 'done', title: texts.settings.passwordChanged });
    },
  });
  const fault = next.length >= shortest ? undefined : texts.setup.passwordShort(shortest);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault === undefined) change.mutate();
  };
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <TextField
        label={texts.settings.currentPassword}
        type="password"
        autoComplete="current-password"
        value={current}
        onChange={(event) => setCurrent(event.target.value)}
      />
      <TextField
        label={texts.settings.newPassword}
        type="password"
        autoComplete="new-password"
        hint={texts.settings.passwordEnds}
        error={tried ? fault : undefined}
        value={next}
        onChange={(event) => setNext(event.target.value)}
      />
      {change.error && <ErrorNotice error={change.error} />}
      <div>
        <Button type="submit" variant="primary" disabled={current === ''} busy={change.isPending}>
          {texts.settings.changePassword}
        </Button>
      </div>
    </form>
  );
}
