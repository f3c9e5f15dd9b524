import { apiServiceHealth, definitionHealth } from './rules/api.ts';
import { autoscalerHealth } from './rules/autoscaler.ts';
import { daemonSetHealth } from './rules/daemon-set.ts';
import { deploymentHealth } from './rules/deployment.ts';
import { disruptionBudgetHealth } from './rules/disruption-budget.ts';
import { cronJobHealth, jobHealth } from './rules/job.ts';
import { ingressHealth, serviceHealth } from './rules/network.ts';
import { nodeHealth } from './rules/node.ts';
import { podHealth } from './rules/pod.ts';
import { replicaSetHealth } from './rules/replica-set.ts';
import { statefulSetHealth } from './rules/stateful-set.ts';
import { claimHealth, volumeHealth } from './rules/storage.ts';
import { type HealthRule, healthy } from './verdict.ts';

/** Kind and group of each rule; versions share one. Kinds that are not here go by `anyKindHealth`. */
export const healthRules: ReadonlyMap<string, HealthRule> = new Map<string, HealthRule>([
  ['Pod', podHealth],
  ['Node', nodeHealth],
  ['Service', serviceHealth],
  ['PersistentVolumeClaim', claimHealth],
  ['PersistentVolume', volumeHealth],
  ['ReplicationController', replicaSetHealth],
  ['Namespace', () => healthy('Active', 'It is active.')],
  ['Deployment.apps', deploymentHealth],
  ['StatefulSet.apps', statefulSetHealth],
  ['DaemonSet.apps', daemonSetHealth],
  ['ReplicaSet.apps', replicaSetHealth],
  ['Job.batch', jobHealth],
  ['CronJob.batch', cronJobHealth],
  ['Ingress.networking.k8s.io', ingressHealth],
  ['Ingress.extensions', ingressHealth],
  ['HorizontalPodAutoscaler.autoscaling', autoscalerHealth],
  ['PodDisruptionBudget.policy', disruptionBudgetHealth],
  ['CustomResourceDefinition.apiextensions.k8s.io', definitionHealth],
  ['APIService.apiregistration.k8s.io', apiServiceHealth],
]);

export function ruleName(apiVersion: string, kind: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? kind : `${kind}.${apiVersion.slice(0, slash)}`;
}
