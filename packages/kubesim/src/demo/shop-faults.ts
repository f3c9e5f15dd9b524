/** One thing that is broken on purpose. `reason` is what the cluster shows for it. */
export type DemoFault = { kind: string; namespace: string; name: string; reason: string };

/** Everything that is broken in the shop, and nothing else is. */
export const shopFaults: readonly DemoFault[] = [
  { kind: 'Deployment', namespace: 'shop', name: 'recommendations', reason: 'CrashLoopBackOff' },
  { kind: 'Deployment', namespace: 'shop', name: 'search-canary', reason: 'ImagePullBackOff' },
  { kind: 'Service', namespace: 'shop', name: 'gift-cards', reason: 'NoEndpoints' },
  { kind: 'Deployment', namespace: 'payments', name: 'fraud-scorer', reason: 'CreateContainerConfigError' },
  { kind: 'Job', namespace: 'payments', name: 'settlement-import', reason: 'BackoffLimitExceeded' },
  { kind: 'PersistentVolumeClaim', namespace: 'data', name: 'analytics-archive', reason: 'ProvisioningFailed' },
  { kind: 'Deployment', namespace: 'data', name: 'analytics', reason: 'Unschedulable' },
  { kind: 'Deployment', namespace: 'data', name: 'model-trainer', reason: 'Unschedulable' },
];
