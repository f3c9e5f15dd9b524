import type { Cluster } from '@pilothouse/contract';
import { Age } from '../../design/Age.tsx';
import { LabelChips } from '../../design/Chips.tsx';
import { Facts, Section } from '../../design/Facts.tsx';
import { formatBytes, formatCount } from '../../design/format.ts';
import { ConnectionBadge } from '../../design/StateBadge.tsx';
import { texts } from '../../texts.ts';
import styles from './Clusters.module.css';

export function ClusterFactsTab({ cluster }: { cluster: Cluster }) {
  const { facts, connection } = cluster;
  const words = texts.clusters;
  return (
    <div className={styles.columns}>
      <Section title={words.connectionTitle}>
        <Facts
          items={[
            { label: words.stateLabel, value: <ConnectionBadge connection={connection} /> },
            { label: words.since, value: <Age since={connection.since} /> },
            connection.checkedAt === undefined
              ? undefined
              : { label: words.checked, value: <Age since={connection.checkedAt} suffix={` ${texts.object.ago}`} /> },
            connection.latencyMs === undefined
              ? undefined
              : { label: words.latency, value: `${Math.round(connection.latencyMs)} ms` },
            { label: words.server, value: <code>{cluster.server}</code> },
            { label: words.access, value: words.meansNames[cluster.accessType] },
            { label: words.role, value: texts.roles[cluster.role] },
            cluster.namespaces ? { label: words.limitedTo, value: cluster.namespaces.join(', ') } : undefined,
            { label: words.registeredWhen, value: <Age since={cluster.createdAt} suffix={` ${texts.object.ago}`} /> },
          ]}
        />
      </Section>
      <Section
        title={words.facts}
        trailing={
          facts && (
            <span className={styles.quiet}>
              {words.asOf} <Age since={facts.asOf} suffix={` ${texts.object.ago}`} />
            </span>
          )
        }
      >
        {facts ? (
          <Facts
            items={[
              { label: words.version, value: facts.version },
              { label: words.provider, value: words.providers[facts.provider] },
              facts.nodes === undefined
                ? undefined
                : { label: words.nodes, value: words.nodesReady(facts.nodes.ready, facts.nodes.total) },
              facts.capacity === undefined
                ? undefined
                : { label: words.cpu, value: words.cores(facts.capacity.cpuCores) },
              facts.capacity === undefined
                ? undefined
                : { label: words.memory, value: formatBytes(facts.capacity.memoryBytes) },
              facts.capacity === undefined
                ? undefined
                : { label: words.podCapacity, value: formatCount(facts.capacity.pods) },
              { label: words.kinds, value: formatCount(facts.kinds) },
              { label: words.metrics, value: facts.features.metrics ? words.served : words.notServed },
              facts.features.crds.length === 0
                ? undefined
                : { label: words.extensions, value: facts.features.crds.join(', ') },
            ]}
          />
        ) : (
          <p className={styles.quiet}>{words.noFacts}</p>
        )}
      </Section>
      {Object.keys(cluster.labels).length > 0 && (
        <Section title={texts.object.labels}>
          <LabelChips labels={cluster.labels} />
        </Section>
      )}
    </div>
  );
}
