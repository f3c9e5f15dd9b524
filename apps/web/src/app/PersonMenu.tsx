import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { CircleUserRound, Keyboard, KeyRound, LogOut, UserRound } from 'lucide-react';
import { IconButton } from '../design/IconButton.tsx';
import { Menu } from '../design/Menu.tsx';
import { texts } from '../texts.ts';
import { overlays } from './overlay-store.ts';
import { setPreferences, usePreferences } from './preferences.ts';
import { meQuery } from './queries.ts';
import { signOut } from './sign-out.ts';

export function PersonMenu() {
  const navigate = useNavigate();
  const me = useQuery(meQuery).data;
  const { theme, density } = usePreferences();
  const settings = (section: string) => void navigate({ to: '/settings/$section', params: { section } });
  return (
    <Menu
      trigger={<IconButton label={me?.user.name ?? texts.person.menu} icon={<CircleUserRound size={18} />} />}
      items={[
        ...(me ? [{ group: me.user.email }] : []),
        { label: texts.settings.profile, icon: <UserRound size={14} />, onSelect: () => settings('profile') },
        { label: texts.settings.tokens, icon: <KeyRound size={14} />, onSelect: () => settings('tokens') },
        { label: texts.help.title, icon: <Keyboard size={14} />, shortcut: '?', onSelect: () => overlays.open('help') },
        'separator',
        { group: texts.person.theme },
        ...(['system', 'light', 'dark'] as const).map((each) => ({
          label: texts.person.themes[each],
          checked: theme === each,
          onSelect: () => setPreferences({ theme: each }),
        })),
        { group: texts.person.density },
        ...(['comfortable', 'compact'] as const).map((each) => ({
          label: texts.person.densities[each],
          checked: density === each,
          onSelect: () => setPreferences({ density: each }),
        })),
        'separator',
        { label: texts.person.signOut, icon: <LogOut size={14} />, onSelect: () => void signOut() },
      ]}
    />
  );
}
