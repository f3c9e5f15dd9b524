import { type Fields, setDefaults } from './set-defaults.ts';

type Container = Fields & {
  image?: string;
  ports?: Fields[];
  env?: Fields[];
  resources?: { limits?: Fields; requests?: Fields };
};

/** Defaults of `spec.template` of a workload. */
export function podTemplateDefaults(spec: Fields): void {
  const template = spec.template as { spec?: Fields } | undefined;
  if (template?.spec !== undefined) podSpecDefaults(template.spec);
}

export function podSpecDefaults(spec: Fields): void {
  setDefaults(spec, {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  });
  // One account under its present and its deprecated name.
  const account = spec.serviceAccountName ?? spec.serviceAccount;
  if (account !== undefined) Object.assign(spec, { serviceAccountName: account, serviceAccount: account });
  for (const list of ['containers', 'initContainers', 'ephemeralContainers']) {
    for (const container of (spec[list] as Container[] | undefined) ?? [])
      containerDefaults(container, spec.hostNetwork === true);
  }
  for (const volume of (spec.volumes as Fields[] | undefined) ?? []) volumeDefaults(volume);
}

function containerDefaults(container: Container, hostNetwork: boolean): void {
  setDefaults(container, {
    resources: {},
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(container.image ?? ''),
  });
  for (const port of container.ports ?? []) {
    setDefaults(port, { protocol: 'TCP' });
    if (hostNetwork) setDefaults(port, { hostPort: port.containerPort });
  }
  for (const variable of container.env ?? []) {
    const field = (variable.valueFrom as { fieldRef?: Fields } | undefined)?.fieldRef;
    if (field !== undefined) setDefaults(field, { apiVersion: 'v1' });
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name] as Fields | undefined;
    if (probe !== undefined) probeDefaults(probe);
  }
  const limits = container.resources?.limits;
  if (limits !== undefined && container.resources !== undefined) {
    container.resources.requests ??= {};
    setDefaults(container.resources.requests, limits);
  }
}

function probeDefaults(probe: Fields): void {
  setDefaults(probe, { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 });
  const http = probe.httpGet as Fields | undefined;
  if (http !== undefined) setDefaults(http, { path: '/', scheme: 'HTTP' });
  const grpc = probe.grpc as Fields | undefined;
  if (grpc !== undefined) setDefaults(grpc, { service: '' });
}

/** `latest`, or no tag at all, is pulled each time; anything pinned is not. */
function pullPolicy(image: string): string {
  if (image.includes('@')) return 'IfNotPresent';
  const tag = /:([^/]+)$/.exec(image)?.[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function volumeDefaults(volume: Fields): void {
  for (const name of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const source = volume[name] as Fields | undefined;
    if (source === undefined) continue;
    setDefaults(source, { defaultMode: 420 });
    const nested = name === 'projected' ? ((source.sources as Fields[] | undefined) ?? []) : [];
    for (const one of nested) {
      const token = one.serviceAccountToken as Fields | undefined;
      if (token !== undefined) setDefaults(token, { expirationSeconds: 3600 });
      fieldRefDefaults(one.downwardAPI as Fields | undefined);
    }
    if (name === 'downwardAPI') fieldRefDefaults(source);
  }
  const host = volume.hostPath as Fields | undefined;
  if (host !== undefined) setDefaults(host, { type: '' });
  const claim = (volume.ephemeral as { volumeClaimTemplate?: { spec?: Fields } } | undefined)?.volumeClaimTemplate
    ?.spec;
  if (claim !== undefined) setDefaults(claim, { volumeMode: 'Filesystem' });
  if (Object.keys(volume).length === 1) volume.emptyDir = {};
}

function fieldRefDefaults(source: Fields | undefined): void {
  for (const item of (source?.items as Fields[] | undefined) ?? []) {
    const field = item.fieldRef as Fields | undefined;
    if (field !== undefined) setDefaults(field, { apiVersion: 'v1' });
  }
}
