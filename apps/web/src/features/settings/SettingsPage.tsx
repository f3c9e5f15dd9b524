import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { meQuery } from '../../app/queries.ts';
import { texts } from '../../texts.ts';
import { AuditSection } from './AuditSection.tsx';
import { ProfileSection } from './ProfileSection.tsx';
import { RolesSection } from './RolesSection.tsx';
import { SessionsSection } from './SessionsSection.tsx';
import styles from './Settings.module.css';
import { TokensSection } from './TokensSection.tsx';
import { UsersSection } from './UsersSection.tsx';

const sections = {
  profile: ProfileSection,
  sessions: SessionsSection,
  tokens: TokensSection,
  users: UsersSection,
  roles: RolesSection,
  audit: AuditSection,
} as const;
type SectionName = keyof typeof sections;

const own: readonly SectionName[] = ['profile', 'sessions', 'tokens'];
const platform: readonly SectionName[] = ['users', 'roles', 'audit'];

export function SettingsPage() {
  const { section } = useParams({ from: '/app/settings/$section' });
  const me = useQuery(meQuery).data;
  const name: SectionName = Object.hasOwn(sections, section) ? (section as SectionName) : 'profile';
  const Section = sections[name];
  return (
    <div className={styles.page}>
      <nav className={styles.nav} aria-label={texts.nav.settings}>
        <h2 className={styles.group}>{texts.settings.yours}</h2>
        <Sections names={own} />
        <h2 className={styles.group}>{texts.settings.installation}</h2>
        <Sections names={platform} />
        {me && <p className={styles.version}>{texts.settings.version(me.version)}</p>}
      </nav>
      <section className={styles.section} aria-labelledby="settings-title">
        <h1 id="settings-title" className={styles.title}>
          {texts.settings[name]}
        </h1>
        <Section />
      </section>
    </div>
  );
}

function Sections({ names }: { names: readonly SectionName[] }) {
  return (
    <ul className={styles.links}>
      {names.map((name) => (
        <li key={name}>
          <Link
            to="/settings/$section"
            params={{ section: name }}
            className={styles.link}
            activeProps={{ className: styles.here ?? '', 'aria-current': 'page' }}
            activeOptions={{ includeSearch: false }}
          >
            {texts.settings[name]}
          </Link>
        </li>
      ))}
    </ul>
  );
}
