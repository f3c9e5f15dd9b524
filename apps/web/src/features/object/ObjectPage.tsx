import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { texts } from '../../texts.ts';
import { kindTitle } from '../resources/kind-groups.ts';
import { refId } from '../resources/object-ref.ts';
import styles from './ObjectView.module.css';
import { ObjectView } from './ObjectView.tsx';

export function ObjectPage() {
  const { resource, cluster, namespace, name } = useParams({
    from: '/app/resources/$resource/$cluster/$namespace/$name',
  });
  const { tab } = useSearch({ from: '/app/resources/$resource/$cluster/$namespace/$name' });
  const navigate = useNavigate();
  const target = { resource, cluster, namespace: namespace === '-' ? '' : namespace, name };
  return (
    <div className={styles.page}>
      <nav className={styles.crumbs} aria-label={texts.object.crumbs}>
        <Link to="/resources/$resource" params={{ resource }}>
          {kindTitle(resource, [])}
        </Link>
        <ChevronRight size={12} />
        <span className="mono">{name}</span>
      </nav>
      <ObjectView
        key={refId(target)}
        target={target}
        mode="page"
        tab={tab}
        onTab={(next) => void navigate({ to: '.', search: (before) => ({ ...before, tab: next }), replace: true })}
        onClose={() => void navigate({ to: '/resources/$resource', params: { resource } })}
        onNarrow={() =>
          void navigate({ to: '/resources/$resource', params: { resource }, search: { object: refId(target), tab } })
        }
      />
    </div>
  );
}
