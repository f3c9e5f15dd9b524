import { Dialog } from '@base-ui/react/dialog';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Command } from 'cmdk';
import {
  Boxes,
  House,
  LogOut,
  Monitor,
  Moon,
  Network,
  Plus,
  Rows3,
  Rows4,
  ScrollText,
  Settings,
  SquareDashed,
  Sun,
} from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { KeyHint } from '../../design/KeyHint.tsx';
import { KindGlyph } from '../../design/KindGlyph.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import { connectionTone, healthTone } from '../../design/state-tone.ts';
import { texts } from '../../texts.ts';
import { overlays } from '../overlay-store.ts';
import { setPreferences } from '../preferences.ts';
import { clustersQuery, kindsQuery, namespacesQuery } from '../queries.ts';
import { signOut } from '../sign-out.ts';
import { useScope } from '../useScope.ts';
import styles from './CommandPalette.module.css';
import { usePageActions } from './page-actions.ts';
import { useFoundObjects } from './useFoundObjects.ts';

const icon = 14;

/** Go, find, act: everything by name. */
export function CommandPalette({ onClose }: { onClose(): void }) {
  const [query, setQuery] = useState('');
  const navigate = useNavigate();
  const scope = useScope();
  const page = usePageActions();
  const clusters = useQuery(clustersQuery).data ?? [];
  const kinds = useQuery(kindsQuery(undefined)).data?.items ?? [];
  const namespaces = useQuery(namespacesQuery(undefined)).data?.items ?? [];
  const found = useFoundObjects(query);
  const typed = query.trim() !== '';

  const run = (act: () => unknown) => () => {
    onClose();
    void act();
  };
  const go = (to: string) => run(() => navigate({ to }));

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles.backdrop} />
        <Dialog.Popup className={styles.popup} aria-label={texts.palette.title}>
          <Command label={texts.palette.title} loop>
            <Command.Input
              className={styles.input}
              value={query}
              onValueChange={setQuery}
              placeholder={texts.palette.placeholder}
              autoFocus
            />
            <Command.List className={styles.list}>
              <Command.Empty className={styles.empty}>
                {found.searching ? texts.palette.searching : texts.palette.nothing}
              </Command.Empty>
              {page && (
                <Group title={page.title}>
                  {page.actions
                    .filter((action) => action.disabledReason === undefined)
                    .map((action) => (
                      <Item
                        key={action.id}
                        icon={action.icon}
                        shortcut={action.shortcut}
                        onSelect={run(action.run)}
                        value={`${action.label} ${action.id}`}
                      >
                        {action.label}
                      </Item>
                    ))}
                </Group>
              )}
              <Group title={texts.palette.go}>
                <Item icon={<House size={icon} />} shortcut="g+h" onSelect={go('/')}>
                  {texts.nav.home}
                </Item>
                <Item icon={<Boxes size={icon} />} shortcut="g+r" onSelect={go('/resources')}>
                  {texts.nav.resources}
                </Item>
                <Item icon={<ScrollText size={icon} />} shortcut="g+e" onSelect={go('/events')}>
                  {texts.nav.events}
                </Item>
                <Item icon={<Network size={icon} />} shortcut="g+c" onSelect={go('/clusters')}>
                  {texts.nav.clusters}
                </Item>
                <Item icon={<Settings size={icon} />} shortcut="g+s" onSelect={go('/settings')}>
                  {texts.nav.settings}
                </Item>
              </Group>
              {typed && found.items.length > 0 && (
                <Group title={texts.palette.objects}>
                  {found.items.map(({ resource, row }) => (
                    <Item
                      key={`${resource} ${row.id}`}
                      value={`${row.name} ${resource} ${row.id}`}
                      icon={<KindGlyph resource={resource} />}
                      hint={[row.cluster, row.namespace].filter(Boolean).join(' / ')}
                      onSelect={run(() =>
                        navigate({
                          to: '/resources/$resource/$cluster/$namespace/$name',
                          params: { resource, cluster: row.cluster, namespace: row.namespace ?? '-', name: row.name },
                        }),
                      )}
                    >
                      <StateMark tone={healthTone[row.health.status]} label={texts.health[row.health.status]} />{' '}
                      {row.name}
                    </Item>
                  ))}
                </Group>
              )}
              {typed && (
                <>
                  <Group title={texts.palette.kinds}>
                    {kinds.map((kind) => (
                      <Item
                        key={kind.resource}
                        value={`${kind.kind} ${kind.resource}`}
                        keywords={[...kind.shortNames, kind.singular]}
                        icon={<KindGlyph resource={kind.resource} shortNames={kind.shortNames} />}
                        hint={kind.group}
                        onSelect={run(() =>
                          navigate({ to: '/resources/$resource', params: { resource: kind.resource } }),
                        )}
                      >
                        {kind.kind}
                      </Item>
                    ))}
                  </Group>
                  <Group title={texts.nav.clusters}>
                    {clusters.map((cluster) => (
                      <Item
                        key={cluster.id}
                        value={`cluster ${cluster.name}`}
                        icon={<StateMark tone={connectionTone[cluster.connection.state]} />}
                        onSelect={run(() => navigate({ to: '/clusters/$cluster', params: { cluster: cluster.name } }))}
                      >
                        {cluster.name}
                      </Item>
                    ))}
                    {clusters.map((cluster) => (
                      <Item
                        key={`only ${cluster.id}`}
                        value={`only cluster ${cluster.name}`}
                        icon={<Network size={icon} />}
                        onSelect={run(() => scope.set({ clusters: [cluster.name] }))}
                      >
                        {texts.palette.onlyCluster(cluster.name)}
                      </Item>
                    ))}
                    <Item
                      icon={<Plus size={icon} />}
                      onSelect={run(() => navigate({ to: '/clusters', search: { register: 'kubeconfig' } }))}
                    >
                      {texts.clusters.register}
                    </Item>
                  </Group>
                  <Group title={texts.scope.namespaces}>
                    {namespaces.map((namespace) => (
                      <Item
                        key={namespace.name}
                        value={`namespace ${namespace.name}`}
                        icon={<SquareDashed size={icon} />}
                        onSelect={run(() => scope.set({ namespaces: [namespace.name] }))}
                      >
                        {texts.palette.onlyNamespace(namespace.name)}
                      </Item>
                    ))}
                    <Item
                      icon={<SquareDashed size={icon} />}
                      onSelect={run(() => scope.set({ clusters: [], namespaces: [] }))}
                    >
                      {texts.palette.everything}
                    </Item>
                  </Group>
                </>
              )}
              <Group title={texts.palette.appearance}>
                <Item icon={<Sun size={icon} />} onSelect={run(() => setPreferences({ theme: 'light' }))}>
                  {texts.palette.theme(texts.person.themes.light)}
                </Item>
                <Item icon={<Moon size={icon} />} onSelect={run(() => setPreferences({ theme: 'dark' }))}>
                  {texts.palette.theme(texts.person.themes.dark)}
                </Item>
                <Item icon={<Monitor size={icon} />} onSelect={run(() => setPreferences({ theme: 'system' }))}>
                  {texts.palette.theme(texts.person.themes.system)}
                </Item>
                <Item icon={<Rows3 size={icon} />} onSelect={run(() => setPreferences({ density: 'comfortable' }))}>
                  {texts.palette.density(texts.person.densities.comfortable)}
                </Item>
                <Item icon={<Rows4 size={icon} />} onSelect={run(() => setPreferences({ density: 'compact' }))}>
                  {texts.palette.density(texts.person.densities.compact)}
                </Item>
                <Item shortcut="?" onSelect={() => overlays.open('help')}>
                  {texts.help.title}
                </Item>
                <Item icon={<LogOut size={icon} />} onSelect={run(signOut)}>
                  {texts.person.signOut}
                </Item>
              </Group>
            </Command.List>
          </Command>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Command.Group heading={title} className={styles.group}>
      {children}
    </Command.Group>
  );
}

type ItemProps = {
  icon?: ReactNode;
  hint?: string;
  shortcut?: string | undefined;
  value?: string;
  keywords?: string[];
  onSelect(): void;
  children: ReactNode;
};

function Item({ icon: mark, hint, shortcut, value, keywords, onSelect, children }: ItemProps) {
  return (
    <Command.Item
      className={styles.item}
      onSelect={onSelect}
      {...(value === undefined ? {} : { value })}
      {...(keywords === undefined ? {} : { keywords })}
    >
      <span className={styles.mark}>{mark}</span>
      <span className={styles.name}>{children}</span>
      {hint && <span className={styles.hint}>{hint}</span>}
      {shortcut && <KeyHint keys={shortcut} />}
    </Command.Item>
  );
}
