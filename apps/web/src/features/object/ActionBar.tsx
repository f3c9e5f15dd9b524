import { Ellipsis } from 'lucide-react';
import { Button } from '../../design/Button.tsx';
import { IconButton } from '../../design/IconButton.tsx';
import { Menu } from '../../design/Menu.tsx';
import { texts } from '../../texts.ts';
import styles from './ObjectView.module.css';
import type { ObjectAction } from './useObjectActions.tsx';

export function ActionBar({ actions }: { actions: readonly ObjectAction[] }) {
  const main = actions.filter((action) => action.place === 'bar');
  const more = actions.filter((action) => action.place === 'menu');
  return (
    <div className={styles.actions} role="toolbar" aria-label={texts.object.actions}>
      {main.map((action) => (
        <Button key={action.id} icon={action.icon} disabledReason={action.disabledReason} onClick={action.run}>
          {action.label}
        </Button>
      ))}
      <Menu
        trigger={<IconButton label={texts.object.more} icon={<Ellipsis size={16} />} variant="default" />}
        items={more.map((action) => ({
          label: action.label,
          icon: action.icon,
          ...(action.shortcut ? { shortcut: action.shortcut } : {}),
          ...(action.danger ? { danger: true } : {}),
          disabledReason: action.disabledReason,
          onSelect: action.run,
        }))}
      />
    </div>
  );
}
