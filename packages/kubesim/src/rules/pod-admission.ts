import type { KubeObject } from '@pilothouse/kube';
import { kubeError } from '../api/kube-error.ts';
import { nameSuffix } from './name-suffix.ts';
import type { Fields } from './set-defaults.ts';

type Find = (resource: string, key: string) => KubeObject | undefined;
type Toleration = { key?: string; operator?: string; effect?: string; tolerationSeconds?: number };
type Mount = { name: string; mountPath: string; readOnly?: boolean };

const pod = { group: '', plural: 'pods', kind: 'Pod' };
const accountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

/** What the admission plugins of an API server add to a new pod: service account, priority and the tolerations of failing nodes. */
export function admitPod(object: KubeObject, find: Find): void {
  const spec = object.spec as Fields | undefined;
  if (spec === undefined || object.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return;
  admitPriority(object, spec, find);
  admitServiceAccount(object, spec, find);
  admitTolerations(spec);
}

function admitPriority(object: KubeObject, spec: Fields, find: Find): void {
  const name = (spec.priorityClassName as string | undefined) ?? '';
  const found = name === '' ? undefined : find('priorityclasses.scheduling.k8s.io', name);
  if (name !== '' && found === undefined) {
    throw kubeError.forbidden(pod, object.metadata.name, `no PriorityClass with name ${name} was found`);
  }
  spec.priority ??= found?.value ?? 0;
  spec.preemptionPolicy ??= found?.preemptionPolicy ?? 'PreemptLowerPriority';
}

function admitServiceAccount(object: KubeObject, spec: Fields, find: Find): void {
  const name = (spec.serviceAccountName as string | undefined) ?? 'default';
  const account = find('serviceaccounts', `${object.metadata.namespace}/${name}`);
  if (account === undefined && name !== 'default') {
    const where = `${object.metadata.namespace}/${name}`;
    throw kubeError.forbidden(
      pod,
      object.metadata.name,
      `error looking up service account ${where}: serviceaccount "${name}" not found`,
    );
  }
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
  const pull = account?.imagePullSecrets as Fields[] | undefined;
  if (pull !== undefined && spec.imagePullSecrets === undefined) spec.imagePullSecrets = structuredClone(pull);
  const mount = spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
  if (mount === true) mountToken(spec);
}

function mountToken(spec: Fields): void {
  const containers = [...list(spec.initContainers), ...list(spec.containers)];
  const missing = containers.filter(
    (one) => !(one.volumeMounts as Mount[] | undefined)?.some((mount) => mount.mountPath === accountPath),
  );
  if (missing.length === 0) return;
  const name = `kube-api-access-${nameSuffix()}`;
  for (const one of missing) {
    one.volumeMounts = [...list(one.volumeMounts), { name, mountPath: accountPath, readOnly: true }];
  }
  const namespace = { path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } };
  const projected = {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
      { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
      { downwardAPI: { items: [namespace] } },
    ],
  };
  spec.volumes = [...list(spec.volumes), { name, projected }];
}

function list(value: unknown): Fields[] {
  return (value as Fields[] | undefined) ?? [];
}

/** Pods stay five minutes on a node that fails, unless they say otherwise. */
function admitTolerations(spec: Fields): void {
  const tolerations = (spec.tolerations as Toleration[] | undefined) ?? [];
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (key) => !tolerations.some((one) => tolerates(one, key)),
  );
  if (missing.length === 0) return;
  const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
  spec.tolerations = [...tolerations, ...added];
}

function tolerates(one: Toleration, key: string): boolean {
  const everything = one.operator === 'Exists' && (one.key ?? '') === '';
  return (
    (one.key === key || everything) && (one.effect === undefined || one.effect === '' || one.effect === 'NoExecute')
  );
}
