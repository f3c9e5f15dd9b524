import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useEffect, useState } from 'react';
import { publicApi, routes, session } from '../../app/api.ts';
import { ErrorNotice } from '../../app/ErrorNotice.tsx';
import { takeHashToken } from '../../app/hash-token.ts';
import { Button } from '../../design/Button.tsx';
import { Notice } from '../../design/Notice.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import { EntranceFrame } from './EntranceFrame.tsx';
import { safeNext } from './safe-next.ts';

/** By e-mail address and password, or at once by the link that local mode printed. */
export function SignInPage() {
  const { next } = useSearch({ from: '/sign-in' });
  const navigate = useNavigate();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [hadLink, setHadLink] = useState(() => location.hash.includes('token='));
  const status = useQuery({
    queryKey: ['setup'],
    queryFn: ({ signal }) => publicApi.call(routes.setupStatus, { signal }),
  });
  const enter = () => void navigate({ href: safeNext(next), replace: true });
  const byLink = useMutation({
    mutationFn: (token: string) => publicApi.call(routes.signInOnce, { body: { token } }),
    onSuccess: (made) => {
      session.adopt(made);
      enter();
    },
    onError: () => setHadLink(false),
  });
  const byPassword = useMutation({
    mutationFn: () => publicApi.call(routes.signIn, { body: { email, password } }),
    onSuccess: (made) => {
      session.adopt(made);
      enter();
    },
    onError: () => setPassword(''),
  });
  const { mutate: signInByLink } = byLink;
  useEffect(() => {
    const token = takeHashToken();
    if (token) signInByLink(token);
  }, [signInByLink]);

  if (hadLink)
    return (
      <EntranceFrame title={texts.signIn.byLink}>
        <p role="status">{texts.signIn.oneMoment}</p>
      </EntranceFrame>
    );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    byPassword.mutate();
  };
  return (
    <EntranceFrame title={texts.signIn.title}>
      {byLink.error && <ErrorNotice error={byLink.error} title={texts.signIn.linkFailed} />}
      {status.data?.localMode && <Notice tone="info">{texts.signIn.localMode}</Notice>}
      {status.data?.needed && !status.data.localMode && (
        <Notice tone="info" actions={<Link to="/setup">{texts.setup.action}</Link>}>
          {texts.signIn.setupNeeded}
        </Notice>
      )}
      <form onSubmit={submit}>
        <TextField
          label={texts.signIn.email}
          type="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label={texts.signIn.password}
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {byPassword.error && <ErrorNotice error={byPassword.error} />}
        <Button type="submit" variant="primary" busy={byPassword.isPending}>
          {texts.signIn.action}
        </Button>
      </form>
    </EntranceFrame>
  );
}
