import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { ChevronRight } from 'lucide-react';
import { kindsQuery } from '../../app/queries.ts';
import { texts } from '../../texts.ts';
import { kindPlural, kindTitle } from '../resources/kind-groups.ts';
import { refId } from '../resources/object-ref.ts';
import styles from './ObjectView.module.css';
import { ObjectView } from './ObjectView.tsx';

export function ObjectPage() {
  const { resource, cluster, namespace, name } = useParams({
    from: '/app/resources/$resource/$cluster/$namespace/$name',
  });
  const { tab } = useSearch({ from: '/app/resources/$resource/$cluster/$namespace/$name' });
  const navigate = useNavigate();
  const kind = useQuery(kindsQuery(cluster)).data?.items.find((each) => each.resource === resource);
  const target = { resource, cluster, namespace: namespace === '-' ? '' : namespace, name };
  return (
    <div className={styles.page}>
      <nav className={styles.crumbs} aria-label={texts.object.crumbs}>
        <Link to="/resources/$resource" params={{ resource }}>
          {kind ? kindPlural(kind) : kindTitle(resource, [])}
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
