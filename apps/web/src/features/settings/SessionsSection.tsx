import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, routes } from '../../app/api.ts';
import { ErrorNotice, ErrorState } from '../../app/ErrorNotice.tsx';
import { signOut } from '../../app/sign-out.ts';
import { Age } from '../../design/Age.tsx';
import { Button } from '../../design/Button.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { texts } from '../../texts.ts';
import styles from './Settings.module.css';

export function SessionsSection() {
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => api.call(routes.mySessions, { signal }),
  });
  const end = useMutation({
    mutationFn: (id: string) => api.call(routes.endSession, { params: { id } }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  if (error && !data) return <ErrorState title={texts.settings.failed} error={error} onRetry={() => void refetch()} />;
  if (!data) return <SkeletonLines count={4} label={texts.shell.loading} />;
  return (
    <>
      <p className={styles.intro}>{texts.settings.sessionsIntro}</p>
      {end.error && <ErrorNotice error={end.error} />}
      <SimpleTable
        label={texts.settings.sessions}
        items={data.items}
        itemKey={(item) => item.id}
        columns={[
          {
            id: 'agent',
            label: texts.settings.browser,
            grow: true,
            cell: (item) => (
              <span>
                <span className={styles.agent} title={item.userAgent}>
                  {item.userAgent ? browserName(item.userAgent) : texts.settings.unknownBrowser}
                  {item.current && <span className={styles.tag}>{texts.settings.thisSession}</span>}
                </span>
              </span>
            ),
          },
          {
            id: 'address',
            label: texts.settings.address,
            wideOnly: true,
            cell: (item) => <code>{item.address ?? ''}</code>,
          },
          {
            id: 'used',
            label: texts.settings.lastUsed,
            align: 'end',
            cell: (item) => <Age since={item.lastUsedAt} suffix={` ${texts.object.ago}`} />,
          },
          {
            id: 'end',
            label: texts.settings.endSession,
            hideLabel: true,
            cell: (item) =>
              item.current ? (
                <Button onClick={() => void signOut()}>{texts.person.signOut}</Button>
              ) : (
                <Button busy={end.isPending && end.variables === item.id} onClick={() => end.mutate(item.id)}>
                  {texts.settings.endSession}
                </Button>
              ),
          },
        ]}
      />
    </>
  );
}

/** Enough of a user agent to know one's own browser again. */
function browserName(agent: string): string {
  const browser = /(Firefox|Edg|OPR|Chrome|Safari|curl|pilothouse)[/ ]([\d.]+)/.exec(agent);
  const system = /(Windows|Mac OS X|Android|iPhone|iPad|Linux)/.exec(agent)?.[1];
  const name = browser
    ? `${browser[1] === 'Edg' ? 'Edge' : browser[1]} ${browser[2]?.split('.')[0]}`
    : agent.slice(0, 60);
  return system ? `${name}, ${system}` : name;
}
