export type Wanted = 'object' | 'table' | 'metadata';

export type Answer = { as: Wanted; metaVersion: 'v1' | 'v1beta1' };

/**
 * What form of answer the Accept header asks for: plain objects, a Table or PartialObjectMetadata. The first entry we can serve wins, as
 * clients list their preference in order. Undefined when nothing in it can be served (406).
 */
export function negotiate(accept: string): Answer | undefined {
  if (accept.trim() === '') return { as: 'object', metaVersion: 'v1' };
  for (const entry of accept.split(',')) {
    const [type = '', ...parameters] = entry.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== '*/*' && type !== 'application/*') continue;
    const values = new Map(parameters.map((parameter) => parameter.split('=', 2) as [string, string]));
    const as = values.get('as');
    if (as === undefined) return { as: 'object', metaVersion: 'v1' };
    const version = values.get('v');
    if (values.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1')) continue;
    if (as === 'Table') return { as: 'table', metaVersion: version };
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList')
      return { as: 'metadata', metaVersion: version };
  }
  return undefined;
}

export const servedTypes = 'application/json';
