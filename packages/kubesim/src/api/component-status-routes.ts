import { column, nameColumn } from '../table/column-factory.ts';
import { tableOf } from '../table/table-answer.ts';
import { sendJson } from './answer.ts';
import { type Exchange, header } from './exchange.ts';
import { kubeError } from './kube-error.ts';
import { negotiate, servedTypes } from './media-type.ts';
import type { ResourcePath } from './request-info.ts';

const components = [
  { name: 'controller-manager', message: 'ok' },
  { name: 'etcd-0', message: 'ok' },
  { name: 'scheduler', message: 'ok' },
];

const columns = [
  nameColumn,
  column('Status', () => 'Healthy'),
  column('Message', () => 'ok'),
  column('Error', () => ''),
];

/** `componentstatuses`: long deprecated, still asked for. */
export function componentStatusRoutes(exchange: Exchange, path: ResourcePath): boolean {
  if (path.group !== '' || path.version !== 'v1' || path.resource !== 'componentstatuses') return false;
  if (exchange.request.method !== 'GET') throw kubeError.methodNotAllowed();
  const answer = negotiate(header(exchange, 'accept'));
  if (answer === undefined) throw kubeError.notAcceptable(servedTypes);
  exchange.warnings.push('v1 ComponentStatus is deprecated in v1.19+');
  const objects = components
    .filter((one) => path.name === '' || one.name === path.name)
    .map(({ name, message }) => ({
      kind: 'ComponentStatus',
      apiVersion: 'v1',
      metadata: { name },
      conditions: [{ type: 'Healthy', status: 'True', message }],
    }));
  const [first] = objects;
  if (first === undefined) {
    throw kubeError.notFound({ group: '', plural: 'componentstatuses', kind: 'ComponentStatus' }, path.name);
  }
  if (answer.as === 'table') {
    const how = { includeObject: 'Metadata', metaVersion: answer.metaVersion, now: 0, metadata: {}, withColumns: true };
    sendJson(exchange, 200, tableOf({ ...how, columns, objects }));
  } else if (path.name !== '') sendJson(exchange, 200, first);
  else sendJson(exchange, 200, { kind: 'ComponentStatusList', apiVersion: 'v1', metadata: {}, items: objects });
  return true;
}
