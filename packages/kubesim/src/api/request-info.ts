/** What a request means to the API (k8s.io/apiserver/pkg/endpoints/request). */
export type ResourcePath = {
  group: string;
  version: string;
  resource: string;
  /** '' for all namespaces or a cluster-scoped resource. */
  namespace: string;
  name: string;
  subresource: string;
  /** What follows the subresource (`nodes/x/proxy/stats/summary` -> `stats/summary`). */
  rest: string;
  /** Asked under the old prefix for watches, /api/v1/watch/… */
  watch: boolean;
};

/** Splits `/api/v1/namespaces/x/pods/y/log` and its kin; undefined for any other path. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path.split('/').filter((part) => part !== '');
  const root = parts.shift();
  if (root !== 'api' && root !== 'apis') return undefined;
  const group = root === 'api' ? '' : parts.shift();
  const version = parts.shift();
  if (group === undefined || version === undefined || parts.length === 0) return undefined;
  const decoded = parts.map(decode);
  const watch = decoded[0] === 'watch' && decoded.length > 1;
  if (watch) decoded.shift();
  let namespace = '';
  // `namespaces/x/status` and `namespaces/x/finalize` are subresources of the namespace itself.
  if (decoded[0] === 'namespaces' && decoded.length > 2 && decoded[2] !== 'status' && decoded[2] !== 'finalize') {
    namespace = decoded[1] ?? '';
    decoded.splice(0, 2);
  }
  const [resource = '', name = '', subresource = '', ...rest] = decoded;
  return { group, version, resource, namespace, name, subresource, rest: rest.join('/'), watch };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** RBAC's name of what a request does. */
export function verbOf(method: string, path: { name: string }, watch: boolean): string {
  if (method === 'POST') return 'create';
  if (method === 'PUT') return 'update';
  if (method === 'PATCH') return 'patch';
  if (method === 'DELETE') return path.name === '' ? 'deletecollection' : 'delete';
  if (watch) return 'watch';
  return path.name === '' ? 'list' : 'get';
}
