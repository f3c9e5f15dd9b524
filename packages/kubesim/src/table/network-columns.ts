import type { KubeObject } from '@pilothouse/kube';
import { ageColumn, column, nameColumn } from './column-factory.ts';
import { selectorText } from './selector-text.ts';
import type { TableColumn } from './table-column.ts';

type LoadBalancer = { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } };
type Service = KubeObject & {
  spec?: {
    type?: string;
    clusterIP?: string;
    clusterIPs?: string[];
    externalIPs?: string[];
    externalName?: string;
    selector?: Record<string, string>;
    ports?: { port: number; nodePort?: number; protocol?: string }[];
  };
  status?: LoadBalancer;
};
type Ingress = KubeObject & {
  spec?: { ingressClassName?: string; rules?: { host?: string }[]; tls?: unknown[] };
  status?: LoadBalancer;
};

function balancerText(status: LoadBalancer | undefined, wideEnough = 16): string {
  const text = (status?.loadBalancer?.ingress ?? [])
    .map((one) => one.ip || one.hostname || '')
    .filter((one) => one !== '');
  const joined = [...new Set(text)].join(',');
  return joined.length > wideEnough && wideEnough > 0 ? `${joined.slice(0, wideEnough - 3)}...` : joined;
}

function externalAddress({ spec = {}, status }: Service): string {
  const given = spec.externalIPs ?? [];
  const listed = given.length === 0 ? '<none>' : given.join(',');
  if (spec.type === 'ExternalName') return spec.externalName ?? '<none>';
  if (spec.type === 'LoadBalancer') {
    const balancer = balancerText(status, 0);
    if (given.length === 0) return balancer === '' ? '<pending>' : balancer;
    return balancer === '' ? listed : `${balancer},${listed}`;
  }
  return spec.type === 'ClusterIP' || spec.type === 'NodePort' ? listed : '<unknown>';
}

function servicePorts({ spec = {} }: Service): string {
  const ports = (spec.ports ?? []).map((one) =>
    one.nodePort ? `${one.port}:${one.nodePort}/${one.protocol}` : `${one.port}/${one.protocol}`,
  );
  return ports.length === 0 ? '<none>' : ports.join(',');
}

type Subset = {
  addresses?: { ip: string }[];
  ports?: { name?: string; port: number }[];
};

function endpointText(object: KubeObject): string {
  const subsets = (object.subsets as Subset[] | undefined) ?? [];
  const all = subsets.flatMap(({ addresses = [], ports = [] }) =>
    ports.length === 0
      ? addresses.map((one) => one.ip)
      : ports.flatMap(({ port }) => addresses.map((one) => `${one.ip}:${port}`)),
  );
  return shortened(all, 3, '<none>');
}

function shortened(items: readonly string[], most: number, none: string): string {
  if (items.length === 0) return none;
  if (items.length <= most) return items.join(',');
  return `${items.slice(0, most).join(',')} + ${items.length - most} more...`;
}

type Slice = KubeObject & {
  addressType?: string;
  ports?: { port?: number; name?: string }[];
  endpoints?: { addresses?: string[] }[];
};

function slicePorts({ ports = [] }: Slice): string {
  if (ports.length === 0) return '<unset>';
  return shortened(
    ports.map((one) => (one.port === undefined ? (one.name ?? '*') : String(one.port))),
    3,
    '<unset>',
  );
}

function sliceEndpoints({ endpoints = [] }: Slice): string {
  const all = endpoints.flatMap((one) => one.addresses ?? []);
  return shortened(all, 3, '<unset>');
}

const hosts = (ingress: Ingress) => {
  const named = (ingress.spec?.rules ?? []).map((rule) => rule.host ?? '').filter((host) => host !== '');
  return shortened(named, 3, '*');
};

export const networkColumns: Readonly<Record<string, readonly TableColumn[]>> = {
  services: [
    nameColumn,
    column('Type', (service: Service) => service.spec?.type ?? ''),
    column('Cluster-IP', (service: Service) => service.spec?.clusterIPs?.[0] || service.spec?.clusterIP || '<none>'),
    column('External-IP', externalAddress),
    column('Port(s)', servicePorts),
    ageColumn,
    column('Selector', (service: Service) => selectorText(service.spec?.selector), { wide: true }),
  ],
  endpoints: [nameColumn, column('Endpoints', endpointText), ageColumn],
  'endpointslices.discovery.k8s.io': [
    nameColumn,
    column('AddressType', (slice: Slice) => slice.addressType ?? ''),
    column('Ports', slicePorts),
    column('Endpoints', sliceEndpoints),
    ageColumn,
  ],
  'ingresses.networking.k8s.io': [
    nameColumn,
    column('Class', (ingress: Ingress) => ingress.spec?.ingressClassName ?? '<none>'),
    column('Hosts', hosts),
    column('Address', (ingress: Ingress) => balancerText(ingress.status)),
    column('Ports', (ingress: Ingress) => ((ingress.spec?.tls ?? []).length > 0 ? '80, 443' : '80')),
    ageColumn,
  ],
  'ingressclasses.networking.k8s.io': [
    nameColumn,
    column('Controller', (object) => (object.spec as { controller?: string } | undefined)?.controller ?? ''),
    column('Parameters', (object) => parametersText(object)),
    ageColumn,
  ],
  'networkpolicies.networking.k8s.io': [
    nameColumn,
    column('Pod-Selector', (object) =>
      selectorText((object.spec as { podSelector?: object } | undefined)?.podSelector as never),
    ),
    ageColumn,
  ],
};

function parametersText(object: KubeObject): string {
  const parameters = (object.spec as { parameters?: { apiGroup?: string; kind: string; name: string } } | undefined)
    ?.parameters;
  if (parameters === undefined) return '<none>';
  const group = parameters.apiGroup === undefined ? '' : `.${parameters.apiGroup}`;
  return `${parameters.kind}${group}/${parameters.name}`;
}
