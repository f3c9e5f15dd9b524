import { apiVersionIn, type ServedResource, type ServedVersion } from '../catalogue/served-resource.ts';
import type { Json } from './definition-writer.ts';

/** Query parameters that clients look for before they use them. */
const writeParameters = ['dryRun', 'fieldManager', 'fieldValidation', 'pretty'];
const actions = {
  get: { action: 'get', parameters: ['pretty'] },
  put: { action: 'put', parameters: writeParameters },
  patch: { action: 'patch', parameters: [...writeParameters, 'force'] },
  delete: { action: 'delete', parameters: ['dryRun', 'gracePeriodSeconds', 'propagationPolicy', 'pretty'] },
} as const;

const listParameters = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
  'pretty',
];

type Writer = { parameter(name: string): Json; ref: Json | undefined; custom: boolean };

const patchTypes = ['application/apply-patch+yaml', 'application/json-patch+json', 'application/merge-patch+json'];

/** The paths of one resource in one version, with the parameters and kinds that clients read off them. */
export function resourcePaths(
  resource: ServedResource,
  version: ServedVersion,
  how: { parameter(name: string): Json; ref: Json | undefined },
): Json {
  const root = resource.group === '' ? '/api' : '/apis';
  const base = `${root}/${apiVersionIn(resource.group, version.version)}`;
  const collection = resource.namespaced
    ? `${base}/namespaces/{namespace}/${resource.plural}`
    : `${base}/${resource.plural}`;
  const writer: Writer = { ...how, custom: resource.custom };
  const gvk = { group: resource.group, version: version.version, kind: resource.kind };
  const paths: Json = {
    [collection]: {
      get: operation(writer, gvk, 'list', listParameters),
      post: operation(writer, gvk, 'post', writeParameters),
      delete: operation(writer, gvk, 'deletecollection', listParameters),
      parameters: place(resource.namespaced ? ['namespace'] : []),
    },
    [`${collection}/{name}`]: item(writer, gvk, resource.namespaced, ['get', 'put', 'patch', 'delete']),
  };
  if (resource.namespaced)
    paths[`${base}/${resource.plural}`] = { get: operation(writer, gvk, 'list', listParameters) };
  if (version.hasStatus)
    paths[`${collection}/{name}/status`] = item(writer, gvk, resource.namespaced, ['get', 'put', 'patch']);
  if (version.scale !== undefined) {
    const scale = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
    paths[`${collection}/{name}/scale`] = item({ ...writer, ref: undefined }, scale, resource.namespaced, [
      'get',
      'put',
      'patch',
    ]);
  }
  return paths;
}

function item(writer: Writer, gvk: Json, namespaced: boolean, methods: readonly (keyof typeof actions)[]): Json {
  const operations = methods.map((method) => [
    method,
    operation(writer, gvk, actions[method].action, actions[method].parameters),
  ]);
  return { ...Object.fromEntries(operations), parameters: place(namespaced ? ['name', 'namespace'] : ['name']) };
}

function place(names: readonly string[]): Json[] {
  return names.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string', uniqueItems: true } }));
}

function operation(writer: Writer, gvk: Json, action: string, parameters: readonly string[]): Json {
  const content = writer.ref === undefined ? {} : { content: { 'application/json': { schema: writer.ref } } };
  return {
    parameters: parameters.map((name) => writer.parameter(name)),
    ...(action === 'patch' ? { requestBody: patchBody(writer.custom) } : {}),
    responses: { '200': { description: 'OK', ...content }, '401': { description: 'Unauthorized' } },
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': gvk,
  };
}

/** Clients read the kinds of patch off this. */
function patchBody(custom: boolean): Json {
  const accepted = custom ? patchTypes : [...patchTypes, 'application/strategic-merge-patch+json'];
  return {
    content: Object.fromEntries(accepted.map((type) => [type, { schema: { type: 'object' } }])),
    required: true,
  };
}

const types: Readonly<Record<string, string>> = {
  limit: 'integer',
  timeoutSeconds: 'integer',
  gracePeriodSeconds: 'integer',
  watch: 'boolean',
  force: 'boolean',
  allowWatchBookmarks: 'boolean',
  sendInitialEvents: 'boolean',
};

/** A query parameter in the form of OpenAPI 3 or 2. */
export function queryParameter(name: string, dialect: 2 | 3): Json {
  const type = types[name] ?? 'string';
  const common = { name, in: 'query' };
  return dialect === 3 ? { ...common, schema: { type, uniqueItems: true } } : { ...common, type, uniqueItems: true };
}
