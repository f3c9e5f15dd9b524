import type { RoleBinding } from '@pilothouse/contract';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Plus, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { Button } from '../../design/Button.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { Dialog } from '../../design/Dialog.tsx';
import { formatTime } from '../../design/format.ts';
import { IconButton } from '../../design/IconButton.tsx';
import { SelectField } from '../../design/SelectField.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './Settings.module.css';

export function RolesSection() {
  const [giving, setGiving] = useState(false);
  const [revoking, setRevoking] = useState<RoleBinding | undefined>(undefined);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['role-bindings'] });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['role-bindings'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.call(routes.listRoleBindings, { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    getNextPageParam: (page) => page.nextCursor,
  });
  const revoke = useMutation({
    mutationFn: (binding: RoleBinding) =>
      binding.cluster === undefined
        ? api.call(routes.deleteRoleBinding, { params: { id: binding.id } })
        : api.call(routes.deleteShare, { params: { cluster: binding.cluster, id: binding.id } }),
    onSuccess: async () => {
      setRevoking(undefined);
      await refresh();
    },
  });
  if (error && !data) return <ErrorState title={texts.settings.failed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines count={4} label={texts.shell.loading} />;
  return (
    <>
      <p className={styles.intro}>{texts.settings.rolesIntro}</p>
      <div className={styles.bar}>
        <Button variant="primary" icon={<Plus size={14} />} onClick={() => setGiving(true)}>
          {texts.settings.giveRole}
        </Button>
      </div>
      <SimpleTable
        label={texts.settings.roles}
        items={data.pages.flatMap((page) => page.items)}
        itemKey={(binding) => binding.id}
        columns={[
          {
            id: 'user',
            label: texts.settings.user,
            grow: true,
            cell: (binding) => (
              <>
                {binding.user.name} <span className={styles.quiet}>{binding.user.email}</span>
              </>
            ),
          },
          { id: 'role', label: texts.clusters.role, cell: (binding) => texts.roles[binding.role] },
          {
            id: 'where',
            label: texts.settings.where,
            cell: (binding) =>
              binding.cluster === undefined ? (
                texts.settings.everywhere
              ) : (
                <>
                  <Link to="/clusters/$cluster" params={{ cluster: binding.cluster }} search={{ tab: 'shares' }}>
                    {binding.cluster}
                  </Link>{' '}
                  <span className={styles.quiet}>{binding.namespaces?.join(', ')}</span>
                </>
              ),
          },
          {
            id: 'until',
            label: texts.settings.expires,
            wideOnly: true,
            cell: (binding) => (binding.expiresAt ? formatTime(binding.expiresAt) : texts.settings.never),
          },
          {
            id: 'revoke',
            label: texts.settings.revoke,
            hideLabel: true,
            cell: (binding) => (
              <IconButton
                label={texts.clusters.revokeOf(binding.user.name)}
                icon={<Trash2 size={14} />}
                onClick={() => setRevoking(binding)}
              />
            ),
          },
        ]}
      />
      {hasNextPage && (
        <div className={styles.more}>
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {texts.actions.loadMore}
          </Button>
        </div>
      )}
      {giving && (
        <GiveRoleDialog
          onClose={() => setGiving(false)}
          onDone={async () => {
            setGiving(false);
            await refresh();
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
          <p>
            {texts.settings.revokeRoleText(
              texts.roles[revoking.role],
              texts.settings.on(revoking.cluster, revoking.namespaces),
            )}
          </p>
          {revoke.error && <ErrorNotice error={revoke.error} />}
        </ConfirmDialog>
      )}
    </>
  );
}

function GiveRoleDialog({ onClose, onDone }: { onClose(): void; onDone(): Promise<void> }) {
  const [user, setUser] = useState('');
  const [role, setRole] = useState<RoleBinding['role']>('viewer');
  const give = useMutation({
    mutationFn: () => api.call(routes.createRoleBinding, { body: { user: user.trim(), role } }),
    onSuccess: onDone,
  });
  return (
    <Dialog
      title={texts.settings.giveRole}
      description={texts.settings.giveRoleText}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{texts.actions.cancel}</Button>
          <Button variant="primary" disabled={user.trim() === ''} busy={give.isPending} onClick={() => give.mutate()}>
            {texts.settings.giveRole}
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
      {give.error && <ErrorNotice error={give.error} />}
    </Dialog>
  );
}
