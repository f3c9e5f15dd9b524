import type { KubeObject } from '@pilothouse/kube';
import { apiVersionIn } from '../catalogue/served-resource.ts';
import type { Target } from '../rules/object-writer.ts';
import type { Database } from '../storage/database.ts';
import { objectHead, type StoredObject, withHead } from '../storage/stored-object.ts';
import { tableOf } from '../table/table-answer.ts';
import type { Answer } from './media-type.ts';

/** Turns stored objects into the bytes of one kind of answer. */
export type ObjectEncoder = {
  /** A whole object, as GET and watch events carry it. */
  whole(stored: StoredObject): Buffer;
  /** The object inside a list: without apiVersion and kind for built-in kinds, as the API server writes typed lists. */
  item(stored: StoredObject): Buffer;
  /** True when `item` and `whole` only copy bytes. */
  readonly direct: boolean;
  readonly list: { kind: string; apiVersion: string };
};

const metaApiVersion = (answer: Answer) => `meta.k8s.io/${answer.metaVersion}`;

export function createObjectEncoder(target: Target, database: Database, answer: Answer): ObjectEncoder {
  const { resource, version } = target;
  const apiVersion = apiVersionIn(resource.group, version.version);
  const head = objectHead(apiVersion, resource.kind);
  const convert = version.convert;
  if (answer.as === 'metadata') {
    const encode = (stored: StoredObject) =>
      Buffer.from(JSON.stringify(partialMetadata(database.read(resource, stored), answer)));
    return {
      whole: encode,
      item: encode,
      direct: false,
      list: { kind: 'PartialObjectMetadataList', apiVersion: metaApiVersion(answer) },
    };
  }
  const list = { kind: resource.listKind, apiVersion };
  if (convert !== undefined) {
    const encode = (stored: StoredObject, asItem: boolean) => {
      const { apiVersion: _, kind, ...body } = convert.fromStored(database.read(resource, stored));
      return Buffer.from(JSON.stringify(asItem ? body : { kind, apiVersion, ...body }));
    };
    return { whole: (stored) => encode(stored, false), item: (stored) => encode(stored, true), direct: false, list };
  }
  const whole = (stored: StoredObject) => withHead(stored.body, head);
  return { whole, item: resource.custom ? whole : (stored) => stored.body, direct: true, list };
}

export function partialMetadata(object: KubeObject, answer: Answer): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: metaApiVersion(answer), metadata: object.metadata };
}

/** One object in the form asked for. */
export function presentObject(
  target: Target,
  object: KubeObject,
  how: { answer: Answer; includeObject: string; now: number },
): unknown {
  if (how.answer.as === 'metadata') return partialMetadata(object, how.answer);
  if (how.answer.as === 'object') return object;
  return tableOf({
    columns: target.version.columns(),
    objects: [object],
    metaVersion: how.answer.metaVersion,
    includeObject: how.includeObject,
    now: how.now,
    metadata: { resourceVersion: object.metadata.resourceVersion ?? '' },
    withColumns: true,
  });
}
