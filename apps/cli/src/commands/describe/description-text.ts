import type { KubeEvent, ObjectAnswer } from '@pilothouse/contract';
import type { KubeObject } from '@pilothouse/kube';
import { ageOf } from '../../output/age.ts';
import { padToWidth } from '../../output/display-width.ts';
import { healthColours, type Style } from '../../output/style.ts';
import { terminalLines, terminalText } from '../../output/terminal-text.ts';
import { renderTable } from '../../output/text-table.ts';
import { yamlText } from '../../output/yaml-text.ts';
import { containersOf } from './container-facts.ts';
import { type Fact, kindFacts } from './kind-facts.ts';

type Described = Omit<ObjectAnswer, 'object'> & { object: KubeObject };
type View = { events: readonly KubeEvent[] | undefined; now: number; style: Style };

/** Everything a person asks of one object first, in one page of text. */
export function descriptionText(described: Described, view: View): string {
  const { object } = described;
  const known = kindFacts(object, view.now);
  const sections = [
    factLines([...metadataFacts(described, view), ...(known ?? [])]),
    section(
      'Containers',
      containersOf(object, view.now)
        .map(([name, facts]) => `  ${terminalText(name)}:\n${factLines(facts, 4)}`)
        .join(''),
    ),
    known ? '' : section('Spec', indentedYaml(object.spec)),
    section('Conditions', conditionTable(object, view.now)),
    view.events ? section('Events', eventTable(view.events, view.now) || '  none kept by the cluster\n') : '',
  ];
  return sections.filter((text) => text !== '').join('');
}

function metadataFacts({ object, cluster, health, asOf, source }: Described, { now, style }: View): Fact[] {
  const { metadata } = object;
  const owner = metadata.ownerReferences?.map(
    (each) => `${each.kind}/${each.name}${each.controller ? '' : ' (not the controller)'}`,
  );
  const reason = [health.reason, health.message].filter((text) => text && text !== health.status).join(': ');
  return [
    ['Name', metadata.name],
    ['Namespace', metadata.namespace],
    ['Cluster', cluster],
    ['Kind', `${object.kind} (${object.apiVersion})`],
    [
      'Health',
      { painted: style(healthColours[health.status], health.status) + (reason ? `  ${terminalText(reason)}` : '') },
    ],
    [
      'Created',
      metadata.creationTimestamp && `${metadata.creationTimestamp} (${ageOf(metadata.creationTimestamp, now)} ago)`,
    ],
    [
      'Deleting since',
      metadata.deletionTimestamp && `${metadata.deletionTimestamp} (${ageOf(metadata.deletionTimestamp, now)} ago)`,
    ],
    ['Finalizers', metadata.finalizers],
    ['Owner', owner],
    ['Labels', pairs(metadata.labels)],
    ['Annotations', pairs(metadata.annotations)],
    ['As of', source === 'cache' && now - Date.parse(asOf) > 10_000 ? `${ageOf(asOf, now)} ago` : undefined],
  ];
}

export function pairs(record: Record<string, string> | undefined, separator = '='): string[] {
  return Object.entries(record ?? {}).map(([key, value]) => `${key}${separator}${firstLine(value)}`);
}

const longestValue = 140;

function firstLine(value: string): string {
  const [line = '', ...more] = String(value).split('\n');
  const cut = line.length > longestValue ? `${line.slice(0, longestValue)}…` : line;
  return more.length > 0 ? `${cut} … (${value.length} characters)` : cut;
}

/** `Label:   value`, the values in one column; several values stand below each other; what is empty is left out. */
export function factLines(facts: readonly Fact[], indent = 0): string {
  const shown = facts.flatMap(([label, value]) => {
    const values = valuesOf(value);
    return values.length === 0
      ? []
      : [
          {
            label: `${label}:`,
            values: values.map((each) => (typeof each === 'object' ? each.painted : terminalText(String(each)))),
          },
        ];
  });
  const width = Math.max(12, ...shown.map(({ label }) => label.length)) + 2;
  const pad = ' '.repeat(indent);
  const line = (label: string, value: string) => `${pad}${padToWidth(label, width)}${value}\n`;
  return shown
    .map(({ label, values }) => values.map((value, index) => line(index === 0 ? label : '', value)).join(''))
    .join('');
}

function valuesOf(value: Fact[1]) {
  return (Array.isArray(value) ? (value as readonly string[]) : [value as Exclude<Fact[1], readonly string[]>]).filter(
    (each) => each !== undefined && each !== '' && each !== null,
  );
}

function section(title: string, body: string): string {
  return body === '' ? '' : `${title}:\n${body}`;
}

function indentedYaml(value: unknown): string {
  if (value === undefined || value === null || typeof value !== 'object') return '';
  return terminalLines(yamlText(value).trimEnd())
    .split('\n')
    .map((line) => `  ${line}\n`)
    .join('');
}

type Condition = { type?: string; status?: string; reason?: string; message?: string; lastTransitionTime?: string };

function conditionTable(object: KubeObject, now: number): string {
  const conditions = ((object.status as { conditions?: unknown } | undefined)?.conditions ?? []) as Condition[];
  if (!Array.isArray(conditions) || conditions.length === 0) return '';
  return indentedTable(
    ['TYPE', 'STATUS', 'SINCE', 'REASON', 'MESSAGE'],
    conditions.map((each) => [
      each.type,
      each.status,
      each.lastTransitionTime ? ageOf(each.lastTransitionTime, now) : '',
      each.reason,
      each.message,
    ]),
  );
}

function eventTable(events: readonly KubeEvent[], now: number): string {
  if (events.length === 0) return '';
  return indentedTable(
    ['LAST', 'TYPE', 'REASON', 'COUNT', 'FROM', 'MESSAGE'],
    events.map((each) => [
      ageOf(each.lastAt ?? each.firstAt, now),
      each.type,
      each.reason,
      String(each.count),
      each.source,
      each.message,
    ]),
  );
}

function indentedTable(header: string[], rows: (string | undefined)[][]): string {
  const safe = rows.map((row) => row.map((cell) => terminalText((cell ?? '').trim())));
  return renderTable({ header, rows: safe }).replace(/^(?=.)/gm, '  ');
}
