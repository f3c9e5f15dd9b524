import type { ObjectAnswer, ResourceKind } from '@pilothouse/contract';
import { Age } from '../../design/Age.tsx';
import { LabelChips } from '../../design/Chips.tsx';
import { type Fact, Facts, Section } from '../../design/Facts.tsx';
import { formatBytes } from '../../design/format.ts';
import { ScrollBox } from '../../design/ScrollBox.tsx';
import { SimpleTable } from '../../design/SimpleTable.tsx';
import { StateMark } from '../../design/StateBadge.tsx';
import { texts } from '../../texts.ts';
import type { ObjectRef } from '../resources/object-ref.ts';
import { type ContainerRow, containersOf } from './containers.ts';
import { kindFacts } from './kind-facts.tsx';
import { asList, asObject, asText, asTexts, at, resourceOfKind } from './kube-shape.ts';
import { ObjectLink } from './ObjectLink.tsx';
import styles from './ObjectView.module.css';
import { SecretData } from './SecretData.tsx';
import type { Denials } from './useAccess.ts';

type SummaryProps = { target: ObjectRef; answer: ObjectAnswer; kinds: readonly ResourceKind[]; denials: Denials };

export function Summary({ target, answer, kinds, denials }: SummaryProps) {
  const object = asObject(answer.object);
  const metadata = asObject(object.metadata);
  const labels = asTexts(metadata.labels);
  const annotations = asTexts(metadata.annotations);
  const containers = containersOf(object);
  return (
    <div className={styles.summary}>
      <div className={styles.column}>
        <Section title={texts.object.facts}>
          <Facts items={[...kindFacts(target, object), ...commonFacts({ target, metadata, kinds, answer })]} />
        </Section>
        {containers.length > 0 && (
          <Section title={texts.object.containers}>
            <Containers rows={containers} />
          </Section>
        )}
        {target.resource === 'secrets' && (
          <Section title={texts.object.data}>
            <SecretData target={target} object={object} denied={denials.reveal} />
          </Section>
        )}
        {target.resource === 'configmaps' && <ConfigData object={object} />}
      </div>
      <div className={styles.column}>
        <Conditions object={object} />
        {Object.keys(labels).length > 0 && (
          <Section title={texts.object.labels}>
            <LabelChips labels={labels} />
          </Section>
        )}
        {Object.keys(annotations).length > 0 && (
          <Section title={texts.object.annotations}>
            <LabelChips labels={annotations} limit={6} />
          </Section>
        )}
      </div>
    </div>
  );
}

type CommonFacts = {
  target: ObjectRef;
  metadata: ReturnType<typeof asObject>;
  kinds: readonly ResourceKind[];
  answer: ObjectAnswer;
};

function commonFacts({ target, metadata, kinds, answer }: CommonFacts): Fact[] {
  const created = asText(metadata.creationTimestamp);
  const owners = asList(metadata.ownerReferences);
  return [
    owners.length > 0
      ? {
          label: texts.object.owner,
          value: owners.map((owner) => (
            <Owner key={asText(at(owner, 'uid'))} owner={owner} target={target} kinds={kinds} />
          )),
        }
      : undefined,
    created === undefined
      ? undefined
      : { label: texts.object.created, value: <Age since={created} suffix={` ${texts.object.ago}`} /> },
    {
      label: texts.object.read,
      value: (
        <span className={styles.quiet}>
          <Age since={answer.asOf} suffix={` ${texts.object.ago}`} />, {texts.object.sources[answer.source]}
        </span>
      ),
    },
  ];
}

function Owner({ owner, target, kinds }: { owner: unknown; target: ObjectRef; kinds: readonly ResourceKind[] }) {
  const kind = asText(at(owner, 'kind')) ?? '';
  const name = asText(at(owner, 'name')) ?? '';
  const resource = resourceOfKind(kinds, { apiVersion: asText(at(owner, 'apiVersion')) ?? '', kind });
  const namespaced = kinds.find((each) => each.resource === resource)?.namespaced ?? true;
  if (!resource) return <div>{`${kind} ${name}`}</div>;
  return (
    <div>
      {kind}{' '}
      <ObjectLink target={{ cluster: target.cluster, resource, namespace: namespaced ? target.namespace : '', name }} />
    </div>
  );
}

function Containers({ rows }: { rows: readonly ContainerRow[] }) {
  return (
    <div>
      {rows.map((row) => (
        <div key={`${row.type} ${row.name}`} className={styles.container}>
          <div className={styles.containerLine}>
            <span className={styles.containerName}>{row.name}</span>
            {row.type !== 'container' && <span className={styles.quiet}>{texts.object.containerTypes[row.type]}</span>}
            {row.state && (
              <span className={styles.state}>
                <StateMark tone={row.tone} />
                {row.state}
              </span>
            )}
            {row.restarts !== undefined && row.restarts > 0 && <span>{texts.object.restarts(row.restarts)}</span>}
            {row.last && (
              <span className={styles.quiet}>
                {texts.object.lastEnd} {row.last}
                {row.lastAt && (
                  <>
                    , <Age since={row.lastAt} suffix={` ${texts.object.ago}`} />
                  </>
                )}
              </span>
            )}
          </div>
          <div className={styles.image}>{row.image}</div>
          {(row.ports || row.requests || row.limits) && (
            <div className={styles.containerLine}>
              {row.ports && <span className={styles.quiet}>{texts.object.ports(row.ports)}</span>}
              {row.requests && <span className={styles.quiet}>{texts.object.requests(row.requests)}</span>}
              {row.limits && <span className={styles.quiet}>{texts.object.limits(row.limits)}</span>}
            </div>
          )}
          {row.message && <div className={styles.bad}>{row.message}</div>}
        </div>
      ))}
    </div>
  );
}

/** True is not always good: these say so when they are true. */
const badWhenTrue =
  /Pressure$|Unavailable$|Failed$|Failure$|Stalled$|Terminating$|^ReplicaFailure$|Limited$|^FailureTarget$/;

function Conditions({ object }: { object: unknown }) {
  const conditions = asList(at(object, 'status', 'conditions'));
  if (conditions.length === 0) return null;
  return (
    <Section title={texts.object.conditions}>
      <div className={styles.flushTable}>
        <SimpleTable
          label={texts.object.conditions}
          items={conditions}
          itemKey={(condition) => asText(at(condition, 'type')) ?? ''}
          columns={[
            {
              id: 'type',
              label: texts.object.condition,
              cell: (condition) => {
                const type = asText(at(condition, 'type')) ?? '';
                const state = asText(at(condition, 'status')) ?? 'Unknown';
                const good = state === (badWhenTrue.test(type) ? 'False' : 'True');
                return (
                  <span className={styles.state}>
                    <StateMark tone={state === 'Unknown' ? 'none' : good ? 'ok' : 'warn'} />
                    {type}
                  </span>
                );
              },
            },
            {
              id: 'status',
              label: texts.object.conditionStatus,
              cell: (condition) => asText(at(condition, 'status')) ?? '',
            },
            {
              id: 'reason',
              label: texts.object.reason,
              grow: true,
              cell: (condition) => (
                <>
                  <span>{asText(at(condition, 'reason')) ?? ''}</span>{' '}
                  <span className={styles.quiet}>{asText(at(condition, 'message')) ?? ''}</span>
                </>
              ),
            },
            {
              id: 'since',
              label: texts.object.since,
              align: 'end',
              wideOnly: true,
              cell: (condition) => {
                const since = asText(at(condition, 'lastTransitionTime'));
                return since ? <Age since={since} /> : '';
              },
            },
          ]}
        />
      </div>
    </Section>
  );
}

const shownValue = 4000;

function ConfigData({ object }: { object: unknown }) {
  const data = Object.entries(asTexts(at(object, 'data')));
  const binary = Object.entries(asTexts(at(object, 'binaryData')));
  return (
    <Section title={texts.object.data}>
      {data.map(([key, value]) => (
        <div key={key} className={styles.secret}>
          <code>{key}</code>
          <ScrollBox className={styles.value} label={key}>
            {value.length > shownValue ? `${value.slice(0, shownValue)}…` : value}
          </ScrollBox>
          <span className={styles.quiet}>{value.length > 200 ? formatBytes(value.length) : ''}</span>
        </div>
      ))}
      {binary.map(([key, value]) => (
        <div key={key} className={styles.secret}>
          <code>{key}</code>
          <span className={styles.quiet}>{texts.object.binary(formatBytes(Math.floor((value.length * 3) / 4)))}</span>
        </div>
      ))}
      {data.length + binary.length === 0 && <p className={styles.quiet}>{texts.object.noKeys}</p>}
    </Section>
  );
}
