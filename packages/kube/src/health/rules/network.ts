import { fieldsOf, listOf, textOf } from '../../json/untyped.ts';
import type { KubeObject } from '../../kube-object.ts';
import { healthy, progressing, type Verdict } from '../verdict.ts';

export function serviceHealth(service: KubeObject): Verdict {
  if (textOf(fieldsOf(service.spec).type) !== 'LoadBalancer')
    return healthy('Active', 'It needs nothing from outside.');
  return addressed(service) ?? progressing('NoAddress', 'The load balancer has no address yet.');
}

export function ingressHealth(ingress: KubeObject): Verdict {
  return addressed(ingress) ?? progressing('NoAddress', 'No ingress controller has given it an address yet.');
}

function addressed(object: KubeObject): Verdict | undefined {
  const points = listOf(fieldsOf(fieldsOf(object.status).loadBalancer).ingress).map(fieldsOf);
  const addresses = points.map(({ ip, hostname }) => textOf(hostname) || textOf(ip)).filter((each) => each !== '');
  return addresses.length > 0 ? healthy('HasAddress', `Reachable at ${addresses.join(', ')}.`) : undefined;
}
