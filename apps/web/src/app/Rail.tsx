import { Link } from '@tanstack/react-router';
import { Boxes, ChevronsLeft, ChevronsRight, House, Network, ScrollText, Settings } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../design/cx.ts';
import { IconButton } from '../design/IconButton.tsx';
import { Tooltip } from '../design/Tooltip.tsx';
import { texts } from '../texts.ts';
import { Logo } from './Logo.tsx';
import { setPreferences, usePreferences } from './preferences.ts';
import styles from './Rail.module.css';

type Entry = { to: string; label: string; icon: ReactNode; exact?: boolean };

const size = 16;
const groups: readonly { label?: string; entries: readonly Entry[] }[] = [
  { entries: [{ to: '/', label: texts.nav.home, icon: <House size={size} />, exact: true }] },
  {
    label: texts.nav.see,
    entries: [
      { to: '/resources', label: texts.nav.resources, icon: <Boxes size={size} /> },
      { to: '/events', label: texts.nav.events, icon: <ScrollText size={size} /> },
    ],
  },
  {
    label: texts.nav.provision,
    entries: [{ to: '/clusters', label: texts.nav.clusters, icon: <Network size={size} /> }],
  },
];

export function Rail({ open, onClose }: { open: boolean; onClose(): void }) {
  const { railCollapsed } = usePreferences();
  const collapsed = railCollapsed && !open;
  return (
    <>
      {open && <button type="button" className={styles.backdrop} aria-label={texts.actions.close} onClick={onClose} />}
      <nav
        className={cx(styles.rail, collapsed && styles.collapsed, open && styles.drawer)}
        aria-label={texts.nav.main}
      >
        <Link to="/" className={styles.brand}>
          <Logo />
          <span className={collapsed ? 'visuallyHidden' : undefined}>{texts.product}</span>
        </Link>
        {groups.map((group) => (
          <div key={group.label ?? ''} className={styles.group}>
            {group.label && !collapsed && <h2 className={styles.groupLabel}>{group.label}</h2>}
            <ul>
              {group.entries.map((entry) => (
                <li key={entry.to}>
                  <RailLink entry={entry} collapsed={collapsed} />
                </li>
              ))}
            </ul>
          </div>
        ))}
        <div className={styles.foot}>
          <RailLink
            entry={{ to: '/settings', label: texts.nav.settings, icon: <Settings size={size} /> }}
            collapsed={collapsed}
          />
          <IconButton
            className={styles.collapse ?? ''}
            label={collapsed ? texts.nav.expand : texts.nav.collapse}
            icon={collapsed ? <ChevronsRight size={14} /> : <ChevronsLeft size={14} />}
            onClick={() => setPreferences({ railCollapsed: !railCollapsed })}
          />
        </div>
      </nav>
    </>
  );
}

function RailLink({ entry, collapsed }: { entry: Entry; collapsed: boolean }) {
  const link = (
    <Link
      to={entry.to}
      className={styles.link}
      activeProps={{ className: styles.here ?? '', 'aria-current': 'page' }}
      activeOptions={{ exact: entry.exact ?? false, includeSearch: false }}
    >
      {entry.icon}
      <span className={collapsed ? 'visuallyHidden' : undefined}>{entry.label}</span>
    </Link>
  );
  return collapsed ? (
    <Tooltip content={entry.label} side="right">
      {link}
    </Tooltip>
  ) : (
    link
  );
}
