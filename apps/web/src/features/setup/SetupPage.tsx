import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { publicApi, routes, session } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { takeHashToken } from '../../app/hash-token.ts';
import { Button } from '../../design/Button.tsx';
import { LinkButton } from '../../design/LinkButton.tsx';
import { Notice } from '../../design/Notice.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import { EntranceFrame } from '../sign-in/EntranceFrame.tsx';

const shortestPassword = 12;

/** Makes the first administrator, with the one-time link that the server printed. */
export function SetupPage() {
  const navigate = useNavigate();
  const [token, setToken] = useState('');
  const [tokenGiven, setTokenGiven] = useState(false);
  const [form, setForm] = useState({ name: '', email: '', password: '' });
  const [tried, setTried] = useState(false);
  const status = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => publicApi.call(routes.setupStatus, { signal }),
  });
  useEffect(() => {
    const found = takeHashToken();
    if (!found) return;
    setToken(found);
    setTokenGiven(true);
  }, []);
  const setup = useMutation({
    mutationFn: () => publicApi.call(routes.setup, { body: { token, ...form } }),
    onSuccess: (made) => {
      session.adopt(made);
      void navigate({ to: '/' });
    },
  });
  const faults = {
    token: token === '' ? texts.setup.tokenMissing : undefined,
    name: form.name.trim() === '' ? texts.setup.nameMissing : undefined,
    email: /^[^@\s]+@[^@\s]+$/.test(form.email) ? undefined : texts.setup.emailWrong,
    password: form.password.length >= shortestPassword ? undefined : texts.setup.passwordShort(shortestPassword),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.values(faults).every((fault) => fault === undefined)) setup.mutate();
  };
  const shown = tried ? faults : { token: undefined, name: undefined, email: undefined, password: undefined };

  if (status.data && !status.data.needed)
    return (
      <EntranceFrame title={texts.setup.title}>
        <Notice tone="info">{texts.setup.doneAlready}</Notice>
        <LinkButton to="/sign-in" variant="primary">
          {texts.signIn.action}
        </LinkButton>
      </EntranceFrame>
    );
  return (
    <EntranceFrame title={texts.setup.title} intro={texts.setup.intro}>
      <form onSubmit={submit} noValidate>
        {!tokenGiven && (
          <TextField
            label={texts.setup.token}
            hint={texts.setup.tokenHint}
            mono
            autoComplete="off"
            value={token}
            error={shown.token}
            onChange={(event) => setToken(event.target.value.trim())}
          />
        )}
        <TextField
          label={texts.setup.name}
          autoComplete="name"
          autoFocus
          value={form.name}
          error={shown.name}
          onChange={(event) => setForm({ ...form, name: event.target.value })}
        />
        <TextField
          label={texts.signIn.email}
          type="email"
          autoComplete="username"
          value={form.email}
          error={shown.email}
          onChange={(event) => setForm({ ...form, email: event.target.value })}
        />
        <TextField
          label={texts.signIn.password}
          type="password"
          autoComplete="new-password"
          hint={texts.setup.passwordHint(shortestPassword)}
          value={form.password}
          error={shown.password}
          onChange={(event) => setForm({ ...form, password: event.target.value })}
        />
        {setup.error && <ErrorNotice error={setup.error} title={texts.setup.failed} />}
        <Button type="submit" variant="primary" busy={setup.isPending}>
          {texts.setup.action}
        </Button>
      </form>
    </EntranceFrame>
  );
}
