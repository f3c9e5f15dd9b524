import type { KubeObject } from '@pilothouse/kube';
import { kubeError } from '../api/kube-error.ts';
import type { Target } from '../rules/object-writer.ts';
import type { WriteOptions } from '../rules/write-options.ts';
import { anySchema, type Schema } from '../schema/schema.ts';
import { type FieldChanges, fieldChanges, fieldsOf } from './field-changes.ts';
import {
  decodeFields,
  difference,
  encodeFields,
  type FieldSet,
  intersection,
  isEmpty,
  members,
  noFields,
  pathText,
  sameFields,
  union,
} from './field-set.ts';
import { lastAppliedFields, withLastApplied } from './last-applied.ts';
import { mergeApplied, prune } from './typed-merge.ts';

/** One entry of metadata.managedFields, decoded. */
export type ManagerEntry = {
  manager: string;
  operation: 'Apply' | 'Update';
  apiVersion: string;
  subresource: string;
  time: string;
  fields: FieldSet;
};

export type UpdateNote = {
  target: Target;
  /** Stored form; undefined for a new object. */
  before: KubeObject | undefined;
  /** Stored form; its managedFields are rewritten in place. */
  after: KubeObject;
  manager: string;
  now: string;
  subresource: string;
};

export type ApplyNote = {
  target: Target;
  /** In the target's version; undefined when there is no such object yet. */
  live: KubeObject | undefined;
  config: KubeObject;
  options: WriteOptions;
  now: string;
};

/** Who owns which field: the bookkeeping of server-side apply and of every other write (KEP-555). */
export type ManagedFields = {
  onUpdate(note: UpdateNote): void;
  /** The wanted object, managedFields included. Throws 409 naming each conflicting field and its manager. */
  onApply(note: ApplyNote): KubeObject;
};

/** Update managers beyond this many are folded into one entry, oldest first, as the API server does. */
const maxUpdateManagers = 10;

/** Fields nobody owns: identity and what the server sets itself. */
const unowned = decodeFields({
  'f:apiVersion': {},
  'f:kind': {},
  'f:metadata': {
    '.': {},
    'f:name': {},
    'f:namespace': {},
    'f:creationTimestamp': {},
    'f:selfLink': {},
    'f:uid': {},
    'f:generation': {},
    'f:managedFields': {},
    'f:resourceVersion': {},
    'f:deletionTimestamp': {},
    'f:deletionGracePeriodSeconds': {},
  },
});

export function createManagedFields(): ManagedFields {
  return { onUpdate, onApply };
}

function schemaOf(target: Target): Schema {
  return target.version.schema() ?? anySchema;
}

function versionName(target: Target): string {
  return target.resource.group === '' ? target.version.version : `${target.resource.group}/${target.version.version}`;
}

function seen(target: Target, stored: KubeObject | undefined): KubeObject | undefined {
  return stored === undefined ? undefined : (target.version.convert?.fromStored(stored) ?? stored);
}

function onUpdate({ target, before, after, manager, now, subresource }: UpdateNote): void {
  const given = after.metadata.managedFields;
  // An explicit [] or [{}] resets the bookkeeping; entries that came along unchanged or not at all carry on.
  const reset =
    before !== undefined && Array.isArray(given) && given.every((entry) => Object.keys(entry as object).length === 0);
  const entries = reset ? [] : decodeEntries(given ?? before?.metadata.managedFields);
  const changes = fieldChanges(schemaOf(target), seen(target, before), seen(target, after));
  const written = applyChanges(entries, changes, { manager, now, subresource, apiVersion: versionName(target) });
  setEntries(after, reset && given?.length === 0 ? [] : written);
}

type Writer = { manager: string; now: string; subresource: string; apiVersion: string };

function applyChanges(entries: readonly ManagerEntry[], changes: FieldChanges, writer: Writer): ManagerEntry[] {
  const touched = difference(union(changes.added, changes.modified), unowned);
  const isWriter = (entry: ManagerEntry) =>
    entry.operation === 'Update' &&
    entry.manager === writer.manager &&
    entry.apiVersion === writer.apiVersion &&
    entry.subresource === writer.subresource;
  const result: ManagerEntry[] = [];
  let own: ManagerEntry | undefined;
  for (const entry of entries) {
    if (isWriter(entry)) {
      own = entry;
      continue;
    }
    const fields = difference(difference(entry.fields, touched), changes.removed);
    if (!isEmpty(fields)) result.push({ ...entry, fields });
  }
  const fields = difference(union(own?.fields ?? noFields, touched), changes.removed);
  if (!isEmpty(fields)) {
    const same = own !== undefined && sameFields(own.fields, fields) && isEmpty(touched);
    result.push({
      manager: writer.manager,
      operation: 'Update',
      apiVersion: writer.apiVersion,
      subresource: writer.subresource,
      time: same && own !== undefined ? own.time : writer.now,
      fields,
    });
  }
  return capped(result);
}

function capped(entries: ManagerEntry[]): ManagerEntry[] {
  const updates = entries.filter((entry) => entry.operation === 'Update').sort((a, b) => (a.time < b.time ? -1 : 1));
  const excess = updates.length - maxUpdateManagers;
  if (excess <= 0) return entries;
  const folded = new Map<string, ManagerEntry>();
  const old = new Set(updates.slice(0, excess + 1));
  for (const entry of old) {
    const known = folded.get(entry.apiVersion);
    folded.set(entry.apiVersion, {
      ...entry,
      manager: 'ancient-changes',
      subresource: '',
      fields: union(known?.fields ?? noFields, entry.fields),
    });
  }
  return [...entries.filter((entry) => !old.has(entry)), ...folded.values()];
}

function onApply({ target, live, config, options, now }: ApplyNote): KubeObject {
  const schema = schemaOf(target);
  const apiVersion = versionName(target);
  if (config.metadata.managedFields !== undefined) {
    throw kubeError.badRequest('metadata.managedFields must be nil');
  }
  let entries = decodeEntries(live?.metadata.managedFields);
  if (live !== undefined && entries.length === 0) {
    entries = [beforeFirstApply(schema, live, apiVersion, now)];
  }
  const isOwn = (entry: ManagerEntry) =>
    entry.operation === 'Apply' && entry.manager === options.manager && entry.subresource === options.subresource;
  const last = entries.find(isOwn);
  const wanted = difference(fieldsOf(schema, config), unowned);
  const merged = (live === undefined ? config : mergeApplied(schema, live, config)) as KubeObject;
  const changes = live === undefined ? undefined : fieldChanges(schema, live, merged);
  const touched = changes === undefined ? noFields : union(changes.added, changes.modified);
  let others = entries.filter((entry) => !isOwn(entry));
  const conflicts = others.flatMap((entry) => {
    const fields = intersection(entry.fields, touched);
    return isEmpty(fields) ? [] : [{ entry, fields }];
  });
  if (conflicts.length > 0) {
    const excused = options.manager === 'kubectl' && live !== undefined ? lastAppliedFields(schema, live) : noFields;
    const open = conflicts.filter(({ fields }) => !isEmpty(difference(fields, excused)));
    if (open.length > 0 && !options.force) throw conflictError(conflicts);
    others = others
      .map((entry) => ({ ...entry, fields: difference(entry.fields, touched) }))
      .filter((entry) => !isEmpty(entry.fields));
  }
  const owned = others.reduce((all, entry) => union(all, entry.fields), wanted);
  const pruned = (
    last === undefined ? merged : prune(schema, merged, { dropped: difference(last.fields, unowned), owned })
  ) as KubeObject;
  const same = last !== undefined && sameFields(last.fields, wanted) && last.apiVersion === apiVersion;
  const own: ManagerEntry = {
    manager: options.manager,
    operation: 'Apply',
    apiVersion,
    subresource: options.subresource,
    time: same && (changes === undefined || isEmpty(touched)) ? last.time : now,
    fields: wanted,
  };
  const result: KubeObject = {
    ...pruned,
    metadata: { ...pruned.metadata, ...(live === undefined ? {} : identityOf(live)) },
  };
  if (config.metadata.resourceVersion !== undefined) result.metadata.resourceVersion = config.metadata.resourceVersion;
  setEntries(result, [own, ...others]);
  return options.manager === 'kubectl' ? withLastApplied(result, config) : result;
}

function identityOf(live: KubeObject): Partial<KubeObject['metadata']> {
  const { name, namespace, uid, resourceVersion } = live.metadata;
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}

function beforeFirstApply(schema: Schema, live: KubeObject, apiVersion: string, time: string): ManagerEntry {
  const fields = difference(fieldsOf(schema, live), unowned);
  return { manager: 'before-first-apply', operation: 'Update', apiVersion, subresource: '', time, fields };
}

/** Message and causes in the API server's form, one cause per field and manager. */
function conflictError(conflicts: readonly { entry: ManagerEntry; fields: FieldSet }[]) {
  const byManager = new Map<string, string[]>();
  const causes = conflicts.flatMap(({ entry, fields }) => {
    const who = managerText(entry);
    return [...members(fields)].map((path) => {
      const field = pathText(path);
      byManager.set(who, [...(byManager.get(who) ?? []), field]);
      return { reason: 'FieldManagerConflict', message: `conflict with ${who}`, field };
    });
  });
  const count = `${causes.length} ${causes.length === 1 ? 'conflict' : 'conflicts'}`;
  const [first] = causes;
  if (causes.length === 1 && first !== undefined) {
    return kubeError.applyConflict(`Apply failed with ${count}: ${first.message}: ${first.field}`, causes);
  }
  const only = [...byManager][0];
  if (byManager.size === 1 && only !== undefined) {
    const lines = only[1].map((field) => `\n- ${field}`).join('');
    return kubeError.applyConflict(`Apply failed with ${count}: conflicts with ${only[0]}:${lines}`, causes);
  }
  const groups = [...byManager].sort(([a], [b]) => (a < b ? -1 : 1));
  const text = groups.map(([who, fields]) => `conflicts with ${who}:${fields.map((field) => `\n- ${field}`).join('')}`);
  return kubeError.applyConflict(`Apply failed with ${count}: ${text.join('\n')}`, causes);
}

function managerText(entry: ManagerEntry): string {
  const name = JSON.stringify(entry.manager);
  if (entry.operation === 'Apply') return name;
  const sub = entry.subresource === '' ? '' : ` with subresource ${JSON.stringify(entry.subresource)}`;
  return `${name}${sub} using ${entry.apiVersion}`;
}

type WireEntry = {
  manager?: string;
  operation?: string;
  apiVersion?: string;
  subresource?: string;
  time?: string;
  fieldsType?: string;
  fieldsV1?: unknown;
};

export function decodeEntries(entries: unknown): ManagerEntry[] {
  if (!Array.isArray(entries)) return [];
  return (entries as WireEntry[])
    .filter((entry) => entry.operation === 'Apply' || entry.operation === 'Update')
    .map((entry) => ({
      manager: entry.manager ?? '',
      operation: entry.operation as 'Apply' | 'Update',
      apiVersion: entry.apiVersion ?? '',
      subresource: entry.subresource ?? '',
      time: entry.time ?? '',
      fields: decodeFields(entry.fieldsV1),
    }));
}

/** Appliers first, then updaters by time, as the API server writes them. */
function setEntries(object: KubeObject, entries: readonly ManagerEntry[]): void {
  const rank = (entry: ManagerEntry) =>
    `${entry.operation === 'Apply' ? 0 : 1} ${entry.time} ${entry.manager} ${entry.subresource}`;
  const sorted = [...entries].sort((a, b) => (rank(a) < rank(b) ? -1 : 1));
  if (sorted.length === 0) {
    delete object.metadata.managedFields;
    return;
  }
  object.metadata.managedFields = sorted.map((entry) => ({
    manager: entry.manager,
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time === '' ? {} : { time: entry.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFields(entry.fields),
    ...(entry.subresource === '' ? {} : { subresource: entry.subresource }),
  }));
}
