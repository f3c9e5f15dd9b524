import { useQuery } from '@tanstack/react-query';
import { Network, SquareDashed } from 'lucide-react';
import { Button } from '../design/Button.tsx';
import { MultiPicker } from '../design/MultiPicker.tsx';
import { StateMark } from '../design/StateBadge.tsx';
import { connectionTone } from '../design/state-tone.ts';
import { texts } from '../texts.ts';
import { clustersQuery, namespacesQuery } from './queries.ts';
import styles from './ScopePicker.module.css';
import { useScope } from './useScope.ts';

/** Which clusters and namespaces the page is about, always in sight. */
export function ScopePicker() {
  const scope = useScope();
  const clusters = useQuery(clustersQuery);
  const namespaces = useQuery(namespacesQuery(scope.clusters.join(',') || undefined));
  return (
    <div className={styles.scope}>
      <MultiPicker
        label={texts.scope.clusters}
        clearLabel={texts.scope.allClusters}
        emptyText={texts.scope.noClusters}
        chosen={scope.clusters}
        options={(clusters.data ?? []).map((cluster) => ({
          value: cluster.name,
          label: cluster.name,
          mark: (
            <StateMark
              tone={connectionTone[cluster.connection.state]}
              label={texts.connection[cluster.connection.state]}
            />
          ),
          hint: cluster.facts?.version,
        }))}
        onChange={(chosen) => scope.set({ clusters: chosen })}
        trigger={
          <Button variant="ghost" icon={<Network size={14} />} className={styles.trigger ?? ''}>
            <Chosen names={scope.clusters} all={texts.scope.allClusters} many={texts.scope.manyClusters} />
          </Button>
        }
      />
      <span className={styles.slash} aria-hidden>
        /
      </span>
      <MultiPicker
        label={texts.scope.namespaces}
        clearLabel={texts.scope.allNamespaces}
        emptyText={texts.scope.noNamespaces}
        chosen={scope.namespaces}
        options={withChosen(namespaces.data?.items ?? [], scope.namespaces).map((namespace) => ({
          value: namespace.name,
          label: namespace.name,
          hint: namespace.clusters.length > 1 ? texts.scope.inClusters(namespace.clusters.length) : undefined,
        }))}
        onChange={(chosen) => scope.set({ namespaces: chosen })}
        trigger={
          <Button variant="ghost" icon={<SquareDashed size={14} />} className={styles.trigger ?? ''}>
            <Chosen names={scope.namespaces} all={texts.scope.allNamespaces} many={texts.scope.manyNamespaces} />
          </Button>
        }
      />
    </div>
  );
}

function Chosen({ names, all, many }: { names: string[]; all: string; many(count: number): string }) {
  if (names.length === 0) return <span className={styles.all}>{all}</span>;
  return names.length <= 2 ? names.join(', ') : many(names.length);
}

/** A namespace in the URL that no cluster has now is still chosen, and can be taken away. */
function withChosen(found: readonly { name: string; clusters: string[] }[], chosen: readonly string[]) {
  const missing = chosen.filter((name) => !found.some((each) => each.name === name));
  return [...missing.map((name) => ({ name, clusters: [] as string[] })), ...found];
}
