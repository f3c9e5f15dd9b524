import type { User } from '@pilothouse/contract';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { Dialog } from '../../design/Dialog.tsx';
import { TextField } from '../../design/TextField.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import styles from './Settings.module.css';

const shortest = 12;

/** Adds a local account, or gives one a new password. */
export function UserDialog({
  user,
  onClose,
  onDone,
}: {
  user: User | undefined;
  onClose(): void;
  onDone(): Promise<void>;
}) {
  const form = useId();
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [tried, setTried] = useState(false);
  const save = useMutation({
    mutationFn: () =>
      user
        ? api.call(routes.updateUser, { params: { id: user.id }, body: { password } })
        : api.call(routes.createUser, { body: { name: name.trim(), email, password } }),
    onSuccess: async (saved) => {
      toasts.show({
        tone: 'done',
        title: user ? texts.settings.passwordSet(saved.name) : texts.settings.userAdded(saved.name),
      });
      await onDone();
    },
  });
  const faults = {
    name: user || name.trim() !== '' ? undefined : texts.setup.nameMissing,
    email: user || /^[^@\s]+@[^@\s]+$/.test(email) ? undefined : texts.setup.emailWrong,
    password: password.length >= shortest ? undefined : texts.setup.passwordShort(shortest),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(faults).every((fault) => fault === undefined)) save.mutate();
  };
  const action = user ? texts.settings.setPassword : texts.settings.addUser;
  return (
    <Dialog
      title={user ? texts.settings.setPasswordOf(user.name) : texts.settings.addUser}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button type="submit" form={form} variant="primary" busy={save.isPending}>
            {action}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={submit} noValidate style={{ padding: 0 }}>
        {!user && (
          <>
            <TextField
              label={texts.settings.name}
              autoFocus
              autoComplete="off"
              error={tried ? faults.name : undefined}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <TextField
              label={texts.signIn.email}
              type="email"
              autoComplete="off"
              error={tried ? faults.email : undefined}
              value={email}
              onChange={(event) => setEmail(event.target.value)}
            />
          </>
        )}
        <TextField
          label={texts.signIn.password}
          type="password"
          autoComplete="new-password"
          hint={texts.setup.passwordHint(shortest)}
          error={tried ? faults.password : undefined}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {save.error && <ErrorNotice error={save.error} />}
      </form>
    </Dialog>
  );
}
