import type { User } from '@pilothouse/contract';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Ellipsis, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { ConfirmDialog } from '../../design/ConfirmDialog.tsx';
import { IconButton } from '../../design/IconButton.tsx';
import { Menu } from '../../design/Menu.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { toasts } from '../../design/toast-store.ts';
import { texts } from '../../texts.ts';
import styles from './Settings.module.css';
import { UserDialog } from './UserDialog.tsx';

type Open = { dialog: 'add' } | { dialog: 'password' | 'remove'; user: User };

export function UsersSection() {
  const [open, setOpen] = useState<Open | undefined>(undefined);
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: ['users'] });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['users'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      api.call(routes.listUsers, { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) }, signal }),
    getNextPageParam: (page) => page.nextCursor,
  });
  const toggle = useMutation({
    mutationFn: (user: User) =>
      api.call(routes.updateUser, { params: { id: user.id }, body: { disabled: !user.disabled } }),
    onSuccess: refresh,
    onError: (failure) => toasts.show({ tone: 'failed', title: texts.settings.changeFailed, detail: failure.message }),
  });
  const remove = useMutation({
    mutationFn: (user: User) => api.call(routes.deleteUser, { params: { id: user.id } }),
    onSuccess: async () => {
      setOpen(undefined);
      await refresh();
    },
  });
  if (error && !data) return <ErrorState title={texts.settings.failed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines count={4} label={texts.shell.loading} />;
  return (
    <>
      <div className={styles.bar}>
        <Button variant="primary" icon={<UserPlus size={14} />} onClick={() => setOpen({ dialog: 'add' })}>
          {texts.settings.addUser}
        </Button>
      </div>
      <SimpleTable
        label={texts.settings.users}
        items={data.pages.flatMap((page) => page.items)}
        itemKey={(user) => user.id}
        columns={[
          {
            id: 'name',
            label: texts.settings.name,
            grow: true,
            cell: (user) => (
              <>
                {user.name} <span className={styles.quiet}>{user.email}</span>
                {user.disabled && <span className={styles.tag}>{texts.settings.disabled}</span>}
              </>
            ),
          },
          {
            id: 'seen',
            label: texts.settings.lastSeen,
            align: 'end',
            wideOnly: true,
            cell: (user) =>
              user.lastSeenAt ? <Age since={user.lastSeenAt} suffix={` ${texts.object.ago}`} /> : texts.settings.never,
          },
          {
            id: 'created',
            label: texts.settings.created,
            align: 'end',
            wideOnly: true,
            cell: (user) => <Age since={user.createdAt} />,
          },
          {
            id: 'actions',
            label: texts.object.actions,
            hideLabel: true,
            cell: (user) => (
              <Menu
                trigger={<IconButton label={texts.settings.actionsOf(user.name)} icon={<Ellipsis size={16} />} />}
                items={[
                  { label: texts.settings.setPassword, onSelect: () => setOpen({ dialog: 'password', user }) },
                  {
                    label: user.disabled ? texts.settings.enable : texts.settings.disable,
                    onSelect: () => toggle.mutate(user),
                  },
                  {
                    label: texts.settings.removeUser,
                    danger: true,
                    onSelect: () => setOpen({ dialog: 'remove', user }),
                  },
                ]}
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
      {(open?.dialog === 'add' || open?.dialog === 'password') && (
        <UserDialog
          user={open.dialog === 'password' ? open.user : undefined}
          onClose={() => setOpen(undefined)}
          onDone={async () => {
            setOpen(undefined);
            await refresh();
          }}
        />
      )}
      {open?.dialog === 'remove' && (
        <ConfirmDialog
          title={texts.settings.removeUserTitle(open.user.name)}
          action={texts.settings.removeUser}
          danger
          typed={open.user.email}
          busy={remove.isPending}
          onConfirm={() => remove.mutate(open.user)}
          onClose={() => setOpen(undefined)}
        >
          <p>{texts.settings.removeUserText}</p>
          {remove.error && <ErrorNotice error={remove.error} />}
        </ConfirmDialog>
      )}
    </>
  );
}
