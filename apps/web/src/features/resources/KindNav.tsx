import { Popover } from '@base-ui/react/popover';
import type { ResourceKind } from '@pilothouse/contract';
import { Link } from '@tanstack/react-router';
import { ChevronDown, PanelLeft, Search } from 'lucide-react';
import { useState } from 'react';
import { setPreferences } from '../../app/preferences.ts';
import { cx } from '../../design/cx.ts';
import { IconButton } from '../../design/IconButton.tsx';
import { KindGlyph } from '../../design/KindGlyph.tsx';
import popup from '../../design/popup.module.css';
import { SkeletonLines } from '../../design/Skeleton.tsx';
import { TextField } from '../../design/TextField.tsx';
import { texts } from '../../texts.ts';
import styles from './KindNav.module.css';
import { groupKinds, kindPlural } from './kind-groups.ts';

type KindNavProps = { kinds: readonly ResourceKind[] | undefined; resource: string; hidden: boolean };

/** Every kind there is, beside the table where there is room. */
export function KindNav({ kinds, resource, hidden }: KindNavProps) {
  if (hidden) return null;
  return (
    <nav className={styles.nav} aria-label={texts.kinds.label}>
      <KindList kinds={kinds} resource={resource} />
    </nav>
  );
}

/** Folds the list of kinds away, or offers it as a menu where it is folded. */
KindNav.Toggle = function KindNavToggle({ kinds, resource, hidden }: KindNavProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      {!hidden && (
        <span className={styles.wide}>
          <IconButton
            label={texts.kinds.hide}
            icon={<PanelLeft size={14} />}
            onClick={() => setPreferences({ kindsHidden: true })}
          />
        </span>
      )}
      {hidden && (
        <span className={styles.wide}>
          <IconButton
            label={texts.kinds.show}
            icon={<PanelLeft size={14} />}
            onClick={() => setPreferences({ kindsHidden: false })}
          />
        </span>
      )}
      <span className={styles.narrow}>
        <Popover.Root open={open} onOpenChange={setOpen}>
          <Popover.Trigger render={<IconButton label={texts.kinds.label} icon={<ChevronDown size={14} />} />} />
          <Popover.Portal>
            <Popover.Positioner className={popup.positioner} align="start" sideOffset={4} collisionPadding={8}>
              <Popover.Popup
                className={cx(popup.popup, styles.popup)}
                aria-label={texts.kinds.label}
                onClick={(event) => (event.target as Element).closest('a') && setOpen(false)}
              >
                <KindList kinds={kinds} resource={resource} />
              </Popover.Popup>
            </Popover.Positioner>
          </Popover.Portal>
        </Popover.Root>
      </span>
    </>
  );
};

function KindList({ kinds, resource }: { kinds: readonly ResourceKind[] | undefined; resource: string }) {
  const [query, setQuery] = useState('');
  if (!kinds) return <SkeletonLines count={10} label={texts.shell.loading} />;
  const wanted = query.toLowerCase();
  const groups = groupKinds(
    kinds.filter(
      (kind) =>
        wanted === '' ||
        kind.kind.toLowerCase().includes(wanted) ||
        kind.resource.includes(wanted) ||
        kind.shortNames.includes(wanted),
    ),
  );
  return (
    <>
      <div className={styles.search}>
        <TextField
          label={texts.kinds.find}
          hideLabel
          type="search"
          placeholder={texts.kinds.find}
          leading={<Search size={13} />}
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      {groups.map((group) => (
        <details
          key={group.id}
          open={
            wanted !== '' || !group.id.startsWith('group:') || group.kinds.some((kind) => kind.resource === resource)
          }
        >
          <summary className={styles.group}>{group.label}</summary>
          <ul>
            {group.kinds.map((kind) => (
              <li key={kind.resource}>
                <Link
                  to="/resources/$resource"
                  params={{ resource: kind.resource }}
                  search={(before) => ({ clusters: before.clusters, ns: before.ns })}
                  preload={false}
                  className={styles.link}
                  {...(kind.resource === resource ? { 'aria-current': 'page' } : {})}
                >
                  <KindGlyph resource={kind.resource} shortNames={kind.shortNames} />
                  <span className={styles.word} title={kind.resource}>
                    {kindPlural(kind)}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        </details>
      ))}
      {groups.length === 0 && <p className={styles.none}>{texts.table.nothingFound}</p>}
    </>
  );
}
