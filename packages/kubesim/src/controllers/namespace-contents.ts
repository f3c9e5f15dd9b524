import type { ControllerDeps } from './controller-deps.ts';

const manager = 'kube-controller-manager';
const certificate = `-----BEGIN CERTIFICATE-----
c2ltdWxhdGVkIGNsdXN0ZXIsIG5vIHJlYWwgY2VydGlmaWNhdGU=
-----END CERTIFICATE-----
`;

/** Gives each namespace what Kubernetes gives it: the `default` ServiceAccount and the cluster's root certificate. */
export function startNamespaceContents({ store, work }: ControllerDeps): void {
  const queue = work.queue('namespace-contents', reconcile);
  store.subscribe('namespaces', ({ object }) => queue.add(object.metadata.name));
  store.subscribe('serviceaccounts', ({ type, object }) => {
    if (type === 'DELETED' && object.metadata.name === 'default') queue.add(object.metadata.namespace ?? '', 500);
  });
  for (const namespace of store.list('namespaces')) queue.add(namespace.metadata.name);

  function reconcile(name: string): void {
    const namespace = store.get('namespaces', undefined, name);
    if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return;
    if (store.get('serviceaccounts', name, 'default') === undefined) {
      store.create(
        'serviceaccounts',
        { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } },
        { manager },
      );
    }
    if (store.get('configmaps', name, 'kube-root-ca.crt') === undefined) {
      const annotations = {
        'kubernetes.io/description':
          'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
      };
      const metadata = { name: 'kube-root-ca.crt', namespace: name, annotations };
      store.create(
        'configmaps',
        { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'ca.crt': certificate } },
        { manager },
      );
    }
  }
}
