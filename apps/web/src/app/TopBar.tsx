import { Menu as MenuIcon, Search } from 'lucide-react';
import { IconButton } from '../design/IconButton.tsx';
import { KeyHint } from '../design/KeyHint.tsx';
import { texts } from '../texts.ts';
import { overlays } from './overlay-store.ts';
import { PersonMenu } from './PersonMenu.tsx';
import { Reachability } from './Reachability.tsx';
import { ScopePicker } from './ScopePicker.tsx';
import styles from './TopBar.module.css';

export function TopBar({ onMenu }: { onMenu(): void }) {
  return (
    <header className={styles.bar}>
      <span className={styles.menu}>
        <IconButton label={texts.nav.open} icon={<MenuIcon size={16} />} onClick={onMenu} />
      </span>
      <ScopePicker />
      <button type="button" className={styles.search} onClick={() => overlays.open('palette')}>
        <Search size={14} />
        <span className={styles.searchWords}>{texts.palette.placeholder}</span>
        <span className={styles.searchKeys}>
          <KeyHint keys="Mod+K" />
        </span>
      </button>
      <Reachability />
      <PersonMenu />
    </header>
  );
}
