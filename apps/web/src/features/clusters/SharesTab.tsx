import type { Cluster, RoleBinding } from '@pilothouse/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Trash2, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { Dialog } from '../../design/Dialog.tsx';
import { EmptyState } from '../../design/EmptyState.tsx';
import { formatTime } from '../../design/format.ts';
import { IconButton } from '../../design/IconButton.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './Clusters.module.css';

/** Who else may use this cluster, as what, where and until when. */
export function SharesTab({ cluster }: { cluster: Cluster }) {
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<RoleBinding | undefined>(undefined);
  const queries = useQueryClient();
  const key = ['clusters', cluster.name, 'shares'];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => api.call(routes.listShares, { params: { cluster: cluster.name }, signal }),
  });
  const revoke = useMutation({
    mutationFn: (share: RoleBinding) =>
      api.call(routes.deleteShare, { params: { cluster: cluster.name, id: share.id } }),
    onSuccess: async () => {
      setRevoking(undefined);
      await queries.invalidateQueries({ queryKey: key });
    },
  });
  const denied = cluster.role === 'admin' ? undefined : texts.clusters.adminOnly;
  if (error && !data)
    return <ErrorState title={texts.clusters.sharesFailed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines count={4} label={texts.shell.loading} />;
  const addButton = (
    <Button icon={<UserPlus size={14} />} disabledReason={denied} onClick={() => setAdding(true)}>
      {texts.clusters.share}
    </Button>
  );
  return (
    <>
      {data.items.length === 0 ? (
        <EmptyState title={texts.clusters.noShares} actions={addButton}>
          {texts.clusters.noSharesText}
        </EmptyState>
      ) : (
        <>
          <div className={styles.section}>{addButton}</div>
          <SimpleTable
            label={texts.clusters.shares}
            items={data.items}
            itemKey={(share) => share.id}
            columns={[
              {
                id: 'user',
                label: texts.settings.user,
                grow: true,
                cell: (share) => (
                  <>
                    {share.user.name} <span className={styles.quiet}>{share.user.email}</span>
                  </>
                ),
              },
              { id: 'role', label: texts.clusters.role, cell: (share) => texts.roles[share.role] },
              {
                id: 'namespaces',
                label: texts.scope.namespaces,
                wideOnly: true,
                cell: (share) => share.namespaces?.join(', ') ?? texts.scope.allNamespaces,
              },
              {
                id: 'until',
                label: texts.settings.expires,
                wideOnly: true,
                cell: (share) => (share.expiresAt ? formatTime(share.expiresAt) : texts.settings.never),
              },
              {
                id: 'since',
                label: texts.settings.created,
                align: 'end',
                wideOnly: true,
                cell: (share) => <Age since={share.createdAt} />,
              },
              {
                id: 'revoke',
                label: texts.settings.revoke,
                hideLabel: true,
                cell: (share) => (
                  <IconButton
                    label={texts.clusters.revokeOf(share.user.name)}
                    icon={<Trash2 size={14} />}
                    disabledReason={denied}
                    onClick={() => setRevoking(share)}
                  />
                ),
              },
            ]}
          />
        </>
      )}
      {adding && (
        <ShareDialog
          cluster={cluster}
          onClose={() => setAdding(false)}
          onDone={async () => {
            setAdding(false);
            await queries.invalidateQueries({ queryKey: key });
          }}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={texts.clusters.revokeOf(revoking.user.name)}
          action={texts.settings.revoke}
          danger
          busy={revoke.isPending}
          onConfirm={() => revoke.mutate(revoking)}
          onClose={() => setRevoking(undefined)}
        >
          <p>{texts.clusters.revokeText(revoking.user.email)}</p>
          {revoke.error && <ErrorNotice error={revoke.error} />}
        </ConfirmDialog>
      )}
    </>
  );
}

const lifetimes = ['never', '1', '7', '30', '90'] as const;
type Lifetime = (typeof lifetimes)[number];

function ShareDialog({ cluster, onClose, onDone }: { cluster: Cluster; onClose(): void; onDone(): Promise<void> }) {
  const [user, setUser] = useState('');
  const [role, setRole] = useState<RoleBinding['role']>('viewer');
  const [namespaces, setNamespaces] = useState('');
  const [lifetime, setLifetime] = useState<Lifetime>('never');
  const share = useMutation({
    mutationFn: () => {
      const limited = namespaces.split(/[\s,]+/).filter(Boolean);
      return api.call(routes.createShare, {
        params: { cluster: cluster.name },
        body: {
          user: user.trim(),
          role,
          ...(limited.length > 0 ? { namespaces: limited } : {}),
          ...(lifetime === 'never'
            ? {}
            : { expiresAt: new Date(Date.now() + Number(lifetime) * 86_400_000).toISOString() }),
        },
      });
    },
    onSuccess: onDone,
  });
  return (
    <Dialog
      title={texts.clusters.shareTitle(cluster.name)}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button variant="primary" disabled={user.trim() === ''} busy={share.isPending} onClick={() => share.mutate()}>
            {texts.clusters.share}
          </Button>
        </>
      }
    >
      <TextField
        label={texts.clusters.shareUser}
        type="email"
        autoComplete="off"
        autoFocus
        value={user}
        onChange={(event) => setUser(event.target.value)}
      />
      <SelectField<RoleBinding['role']>
        label={texts.clusters.role}
        value={role}
        options={(['viewer', 'operator', 'admin'] as const).map((value) => ({
          value,
          label: texts.roles[value],
          hint: texts.roleHints[value],
        }))}
        onChange={setRole}
      />
      <TextField
        label={texts.clusters.optional(texts.scope.namespaces)}
        hint={texts.clusters.shareNamespaces}
        mono
        value={namespaces}
        onChange={(event) => setNamespaces(event.target.value)}
      />
      <SelectField<Lifetime>
        label={texts.settings.expires}
        value={lifetime}
        options={lifetimes.map((value) => ({
          value,
          label: value === 'never' ? texts.settings.never : texts.settings.days(Number(value)),
        }))}
        onChange={setLifetime}
      />
      {share.error && <ErrorNotice error={share.error} />}
    </Dialog>
  );
}
