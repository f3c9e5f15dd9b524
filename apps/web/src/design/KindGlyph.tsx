import styles from './KindGlyph.module.css';

/** Short names people type every day, where discovery's own is missing, long or ambiguous. */
const known: Record<string, string> = {
  pods: 'po',
  'deployments.apps': 'dep',
  'statefulsets.apps': 'sts',
  'daemonsets.apps': 'ds',
  'replicasets.apps': 'rs',
  replicationcontrollers: 'rc',
  'jobs.batch': 'job',
  'cronjobs.batch': 'cj',
  services: 'svc',
  endpoints: 'ep',
  'endpointslices.discovery.k8s.io': 'eps',
  'ingresses.networking.k8s.io': 'ing',
  'ingressclasses.networking.k8s.io': 'ic',
  'networkpolicies.networking.k8s.io': 'np',
  configmaps: 'cm',
  secrets: 'sec',
  persistentvolumeclaims: 'pvc',
  persistentvolumes: 'pv',
  'storageclasses.storage.k8s.io': 'sc',
  serviceaccounts: 'sa',
  'roles.rbac.authorization.k8s.io': 'rol',
  'rolebindings.rbac.authorization.k8s.io': 'rb',
  'clusterroles.rbac.authorization.k8s.io': 'cr',
  'clusterrolebindings.rbac.authorization.k8s.io': 'crb',
  nodes: 'no',
  namespaces: 'ns',
  events: 'ev',
  'events.events.k8s.io': 'ev',
  'horizontalpodautoscalers.autoscaling': 'hpa',
  'poddisruptionbudgets.policy': 'pdb',
  resourcequotas: 'quo',
  limitranges: 'lim',
  'customresourcedefinitions.apiextensions.k8s.io': 'crd',
};

/** The stable sign of a kind: its short name, at most three letters. */
export function kindShortName(resource: string, shortNames: readonly string[] = []): string {
  const name = known[resource] ?? shortNames.find((each) => each.length <= 3);
  return name ?? resource.slice(0, 3);
}

export function KindGlyph({ resource, shortNames }: { resource: string; shortNames?: readonly string[] }) {
  return (
    <span className={styles.glyph} aria-hidden>
      {kindShortName(resource, shortNames)}
    </span>
  );
}
