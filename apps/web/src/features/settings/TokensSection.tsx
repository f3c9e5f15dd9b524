import type { PersonalToken } from '@pilothouse/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { CopyButton } from '../../design/CopyButton.tsx';
import { Dialog } from '../../design/Dialog.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { formatTime } from '../../design/format.ts';
import { IconButton } from '../../design/IconButton.tsx';
import { Notice } from '../../design/Notice.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './Settings.module.css';

export function TokensSection() {
  const [making, setMaking] = useState(false);
  const [revoking, setRevoking] = useState<PersonalToken | undefined>(undefined);
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['tokens'],
    queryFn: ({ signal }) => api.call(routes.myTokens, { signal }),
  });
  const revoke = useMutation({
    mutationFn: (id: string) => api.call(routes.deleteToken, { params: { id } }),
    onSuccess: async () => {
      setRevoking(undefined);
      await queries.invalidateQueries({ queryKey: ['tokens'] });
    },
  });
  if (error && !data) return <ErrorState title={texts.settings.failed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines count={4} label={texts.shell.loading} />;
  const makeButton = (
    <Button variant="primary" icon={<Plus size={14} />} onClick={() => setMaking(true)}>
      {texts.settings.makeToken}
    </Button>
  );
  return (
    <>
      <p className={styles.intro}>{texts.settings.tokensIntro}</p>
      {data.items.length === 0 ? (
        <EmptyState title={texts.settings.noTokens} actions={makeButton}>
          {texts.settings.noTokensText}
        </EmptyState>
      ) : (
        <>
          <div className={styles.bar}>{makeButton}</div>
          <SimpleTable
            label={texts.settings.tokens}
            items={data.items}
            itemKey={(token) => token.id}
            columns={[
              {
                id: 'name',
                label: texts.settings.name,
                grow: true,
                cell: (token) => (
                  <>
                    {token.name} <code className={styles.quiet}>{token.prefix}…</code>
                  </>
                ),
              },
              { id: 'scope', label: texts.settings.scope, cell: (token) => texts.settings.scopes[token.scope] },
              {
                id: 'expires',
                label: texts.settings.expires,
                wideOnly: true,
                cell: (token) => (token.expiresAt ? formatTime(token.expiresAt) : texts.settings.never),
              },
              {
                id: 'used',
                label: texts.settings.lastUsed,
                align: 'end',
                wideOnly: true,
                cell: (token) =>
                  token.lastUsedAt ? (
                    <Age since={token.lastUsedAt} suffix={` ${texts.object.ago}`} />
                  ) : (
                    texts.settings.never
                  ),
              },
              {
                id: 'revoke',
                label: texts.settings.revoke,
                hideLabel: true,
                cell: (token) => (
                  <IconButton
                    label={texts.settings.revokeToken(token.name)}
                    icon={<Trash2 size={14} />}
                    onClick={() => setRevoking(token)}
                  />
                ),
              },
            ]}
          />
        </>
      )}
      {making && <TokenDialog onClose={() => setMaking(false)} />}
      {revoking && (
        <ConfirmDialog
          title={texts.settings.revokeToken(revoking.name)}
          action={texts.settings.revoke}
          danger
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking.id)}
          onClose={() => setRevoking(undefined)}
        >
          <p>{texts.settings.revokeTokenText}</p>
          {revoke.error && <ErrorNotice error={revoke.error} />}
        </ConfirmDialog>
      )}
    </>
  );
}

const lifetimes = ['7', '30', '90', '366'] as const;

function TokenDialog({ onClose }: { onClose(): void }) {
  const [name, setName] = useState('');
  const [scope, setScope] = useState<PersonalToken['scope']>('read');
  const [days, setDays] = useState<(typeof lifetimes)[number]>('90');
  const queries = useQueryClient();
  const make = useMutation({
    mutationFn: () => api.call(routes.createToken, { body: { name: name.trim(), scope, expiresInDays: Number(days) } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['tokens'] }),
    gcTime: 0,
  });
  if (make.data)
    return (
      <Dialog
        title={texts.settings.tokenMade}
        onClose={onClose}
        footer={
          <Button variant="primary" onClick={onClose}>
            {texts.actions.done}
          </Button>
        }
      >
        <Notice tone="warn">{texts.settings.tokenOnce}</Notice>
        <div className={styles.secret}>
          <code>{make.data.value}</code>
          <CopyButton text={make.data.value} />
        </div>
      </Dialog>
    );
  return (
    <Dialog
      title={texts.settings.makeToken}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button variant="primary" disabled={name.trim() === ''} busy={make.isPending} onClick={() => make.mutate()}>
            {texts.settings.makeToken}
          </Button>
        </>
      }
    >
      <TextField
        label={texts.settings.name}
        hint={texts.settings.tokenNameHint}
        autoFocus
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <SelectField<PersonalToken['scope']>
        label={texts.settings.scope}
        value={scope}
        options={(['read', 'write'] as const).map((value) => ({ value, label: texts.settings.scopes[value] }))}
        onChange={setScope}
      />
      <SelectField<(typeof lifetimes)[number]>
        label={texts.settings.expires}
        value={days}
        options={lifetimes.map((value) => ({ value, label: texts.settings.days(Number(value)) }))}
        onChange={setDays}
      />
      {make.error && <ErrorNotice error={make.error} />}
    </Dialog>
  );
}
