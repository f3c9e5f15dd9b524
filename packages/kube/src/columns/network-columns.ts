import { fieldsOf, listOf, numberOf, textOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import { at, joined, pairsText, selectorText } from './cells.ts';
import { ageColumn, type ColumnRule, column } from './table-column.ts';

function externalAddress(service: KubeObject): string | null {
  const { type, externalIPs, externalName } = fieldsOf(service.spec);
  if (type === 'ExternalName') return textOf(externalName) || null;
  const points = listOf(fieldsOf(fieldsOf(service.status).loadBalancer).ingress).map(fieldsOf);
  const given = points.map(({ ip, hostname }) => textOf(ip) || textOf(hostname));
  const all = [...given, ...listOf(externalIPs).map(textOf)].filter((each) => each !== '');
  if (all.length > 0) return all.join(', ');
  return type === 'LoadBalancer' ? '<pending>' : null;
}

function servicePorts(service: KubeObject): string | null {
  const ports = listOf(fieldsOf(service.spec).ports).map((item) => {
    const { port, nodePort, protocol } = fieldsOf(item);
    return `${numberOf(port)}${numberOf(nodePort) > 0 ? `:${numberOf(nodePort)}` : ''}/${textOf(protocol) || 'TCP'}`;
  });
  return ports.length > 0 ? ports.join(', ') : null;
}

function ingressHosts(ingress: KubeObject): string {
  const hosts = listOf(fieldsOf(ingress.spec).rules).map((item) => textOf(fieldsOf(item).host));
  const named = hosts.filter((host) => host !== '');
  return named.length > 0 ? [...new Set(named)].join(', ') : '*';
}

function ingressAddress(ingress: KubeObject): string | null {
  const points = listOf(fieldsOf(fieldsOf(ingress.status).loadBalancer).ingress).map(fieldsOf);
  return joined(points.map(({ ip, hostname }) => textOf(hostname) || textOf(ip))) as string | null;
}

function ingressClass(ingress: KubeObject): string | null {
  const old = ingress.metadata.annotations?.['kubernetes.io/ingress.class'];
  return textOf(fieldsOf(ingress.spec).ingressClassName) || old || null;
}

function endpointAddresses(endpoints: KubeObject): string | null {
  const all = listOf(endpoints.subsets).flatMap((item) => {
    const { addresses, ports } = fieldsOf(item);
    const ips = listOf(addresses).map((address) => textOf(fieldsOf(address).ip));
    const numbers = listOf(ports).map((port) => numberOf(fieldsOf(port).port));
    return numbers.length === 0 ? ips : ips.flatMap((ip) => numbers.map((port) => `${ip}:${port}`));
  });
  return abridged(all);
}

function sliceAddresses(slice: KubeObject): string | null {
  return abridged(listOf(slice.endpoints).flatMap((item) => listOf(fieldsOf(item).addresses).map(textOf)));
}

function abridged(all: readonly string[]): string | null {
  if (all.length === 0) return null;
  return all.length > 3 ? `${all.slice(0, 3).join(', ')} + ${all.length - 3} more` : all.join(', ');
}

function slicePorts(slice: KubeObject): string | null {
  return joined(listOf(slice.ports).map((item) => String(fieldsOf(item).port ?? '*'))) as string | null;
}

const ingresses: readonly ColumnRule[] = [
  column('class', 'Class', ingressClass),
  column('hosts', 'Hosts', ingressHosts),
  column('address', 'Address', ingressAddress),
  column('ports', 'Ports', (object) => (listOf(fieldsOf(object.spec).tls).length > 0 ? '80, 443' : '80')),
  ageColumn(),
];

export const networkColumns: Readonly<Record<string, readonly ColumnRule[]>> = {
  services: [
    column('type', 'Type', at('spec.type')),
    column('clusterIp', 'Cluster IP', at('spec.clusterIP')),
    column('externalIp', 'External IP', externalAddress),
    column('ports', 'Ports', servicePorts),
    ageColumn(),
    column('selector', 'Selector', (object) => pairsText(fieldsOf(object.spec).selector), { wide: true }),
  ],
  'ingresses.networking.k8s.io': ingresses,
  'ingresses.extensions': ingresses,
  'ingressclasses.networking.k8s.io': [
    column('controller', 'Controller', at('spec.controller')),
    column('parameters', 'Parameters', at('spec.parameters.name')),
    ageColumn(),
  ],
  'networkpolicies.networking.k8s.io': [
    column('podSelector', 'Pod selector', (object) => selectorText(fieldsOf(object.spec).podSelector)),
    column('policyTypes', 'Types', (object) => joined(listOf(fieldsOf(object.spec).policyTypes))),
    ageColumn(),
  ],
  endpoints: [column('endpoints', 'Endpoints', endpointAddresses), ageColumn()],
  'endpointslices.discovery.k8s.io': [
    column('addressType', 'Address type', (object) => textOf(object.addressType) || null),
    column('ports', 'Ports', slicePorts),
    column('endpoints', 'Endpoints', sliceAddresses),
    ageColumn(),
  ],
};
