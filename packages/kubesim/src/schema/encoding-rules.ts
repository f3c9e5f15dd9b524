/**
 * How the API server writes the built-in kinds as JSON: facts of their Go types. Three things follow from a Go type that a JSON schema
 * does not say: a struct held by value is always written; a number or flag held by value and marked optional is left out when zero; a
 * text marked optional is left out when empty, except where it is held by pointer.
 */
function table(lines: readonly string[]): Set<string> {
  return new Set(
    lines.flatMap((line) => {
      const [module, ...fields] = line.split(' ');
      return fields.map((field) => `${module} ${field}`);
    }),
  );
}

const valueStructs = table([
  'admissionregistration/v1 ValidatingAdmissionPolicy.spec ValidatingAdmissionPolicy.status ValidatingAdmissionPolicyBinding.spec',
  'admissionregistration/v1 ValidatingWebhook.clientConfig MutatingWebhook.clientConfig',
  'apiextensions/v1 CustomResourceDefinition.spec CustomResourceDefinition.status CustomResourceDefinitionSpec.names',
  'apiextensions/v1 CustomResourceDefinitionStatus.acceptedNames',
  'apiregistration/v1 APIService.spec APIService.status',
  'apps/v1 StatefulSet.spec StatefulSet.status StatefulSetSpec.template StatefulSetSpec.updateStrategy Deployment.spec Deployment.status',
  'apps/v1 DeploymentSpec.template DeploymentSpec.strategy DaemonSet.spec DaemonSet.status DaemonSetSpec.template',
  'apps/v1 DaemonSetSpec.updateStrategy ReplicaSet.spec ReplicaSet.status ReplicaSetSpec.template',
  'autoscaling/v1 HorizontalPodAutoscaler.spec HorizontalPodAutoscaler.status HorizontalPodAutoscalerSpec.scaleTargetRef',
  'autoscaling/v2 HorizontalPodAutoscaler.spec HorizontalPodAutoscaler.status HorizontalPodAutoscalerSpec.scaleTargetRef',
  'autoscaling/v2 ObjectMetricSource.describedObject ObjectMetricSource.target ObjectMetricSource.metric PodsMetricSource.metric',
  'autoscaling/v2 PodsMetricSource.target ResourceMetricSource.target ContainerResourceMetricSource.target ExternalMetricSource.metric',
  'autoscaling/v2 ExternalMetricSource.target ResourceMetricStatus.current PodsMetricStatus.metric PodsMetricStatus.current',
  'batch/v1 Job.spec Job.status JobSpec.template JobTemplateSpec.spec JobTemplateSpec.metadata CronJob.spec CronJob.status',
  'batch/v1 CronJobSpec.jobTemplate',
  'certificates/v1 CertificateSigningRequest.spec CertificateSigningRequest.status',
  'coordination/v1 Lease.spec',
  'core/v1 PersistentVolume.spec PersistentVolume.status PersistentVolumeClaim.spec PersistentVolumeClaim.status',
  'core/v1 PersistentVolumeClaimSpec.resources PersistentVolumeClaimTemplate.spec Container.resources ContainerStatus.state',
  'core/v1 ContainerStatus.lastState WeightedPodAffinityTerm.podAffinityTerm PreferredSchedulingTerm.preference',
  'core/v1 EphemeralContainer.resources Pod.spec Pod.status PodTemplateSpec.metadata PodTemplateSpec.spec PodTemplate.template',
  'core/v1 ReplicationController.spec ReplicationController.status ServiceStatus.loadBalancer Service.spec Service.status',
  'core/v1 NodeDaemonEndpoints.kubeletEndpoint NodeStatus.daemonEndpoints NodeStatus.nodeInfo Node.spec Node.status Namespace.spec',
  'core/v1 Namespace.status Event.involvedObject Event.source LimitRange.spec ResourceQuota.spec ResourceQuota.status',
  'discovery/v1 Endpoint.conditions',
  'events/v1 Event.regarding Event.deprecatedSource',
  'flowcontrol/v1 FlowSchema.spec FlowSchema.status FlowSchemaSpec.priorityLevelConfiguration PriorityLevelConfiguration.spec',
  'flowcontrol/v1 PriorityLevelConfiguration.status LimitedPriorityLevelConfiguration.limitResponse',
  'networking/v1 NetworkPolicy.spec NetworkPolicySpec.podSelector Ingress.spec Ingress.status IngressStatus.loadBalancer HTTPIngressPath.backend',
  'networking/v1 IngressServiceBackend.port IngressClass.spec',
  'policy/v1 PodDisruptionBudget.spec PodDisruptionBudget.status',
  'rbac/v1 RoleBinding.roleRef ClusterRoleBinding.roleRef',
  'storage/v1 VolumeAttachment.spec VolumeAttachment.status VolumeAttachmentSpec.source CSIDriver.spec CSINode.spec',
]);

const omittedAtZero = table([
  'apps/v1 StatefulSetSpec.minReadySeconds StatefulSetStatus.observedGeneration StatefulSetStatus.readyReplicas',
  'apps/v1 StatefulSetStatus.currentReplicas StatefulSetStatus.updatedReplicas DeploymentSpec.minReadySeconds DeploymentSpec.paused',
  'apps/v1 DeploymentStatus.observedGeneration DeploymentStatus.replicas DeploymentStatus.updatedReplicas DeploymentStatus.readyReplicas',
  'apps/v1 DeploymentStatus.availableReplicas DeploymentStatus.unavailableReplicas DaemonSetSpec.minReadySeconds',
  'apps/v1 DaemonSetStatus.observedGeneration DaemonSetStatus.updatedNumberScheduled DaemonSetStatus.numberAvailable',
  'apps/v1 DaemonSetStatus.numberUnavailable ReplicaSetSpec.minReadySeconds ReplicaSetStatus.fullyLabeledReplicas',
  'apps/v1 ReplicaSetStatus.readyReplicas ReplicaSetStatus.availableReplicas ReplicaSetStatus.observedGeneration',
  'autoscaling/v1 ScaleSpec.replicas',
  'autoscaling/v2 HorizontalPodAutoscalerStatus.currentReplicas',
  'batch/v1 JobStatus.active JobStatus.succeeded JobStatus.failed',
  'core/v1 PersistentVolumeClaimVolumeSource.readOnly NFSVolumeSource.readOnly ISCSIVolumeSource.readOnly CSIPersistentVolumeSource.readOnly',
  'core/v1 AWSElasticBlockStoreVolumeSource.readOnly AWSElasticBlockStoreVolumeSource.partition GCEPersistentDiskVolumeSource.readOnly',
  'core/v1 GCEPersistentDiskVolumeSource.partition RBDVolumeSource.readOnly CephFSVolumeSource.readOnly AzureFileVolumeSource.readOnly',
  'core/v1 ContainerPort.hostPort VolumeMount.readOnly Probe.initialDelaySeconds Probe.timeoutSeconds Probe.periodSeconds',
  'core/v1 Probe.successThreshold Probe.failureThreshold Container.stdin Container.stdinOnce Container.tty ContainerStateTerminated.signal',
  'core/v1 VolumeMountStatus.readOnly PodSpec.hostNetwork PodSpec.hostPID PodSpec.hostIPC EphemeralContainer.stdin',
  'core/v1 EphemeralContainer.stdinOnce EphemeralContainer.tty ReplicationControllerSpec.minReadySeconds',
  'core/v1 ReplicationControllerStatus.fullyLabeledReplicas ReplicationControllerStatus.readyReplicas',
  'core/v1 ReplicationControllerStatus.availableReplicas ReplicationControllerStatus.observedGeneration ServiceSpec.healthCheckNodePort',
  'core/v1 ServiceSpec.publishNotReadyAddresses ServicePort.nodePort NodeSpec.unschedulable ContainerImage.sizeBytes Event.count',
  'core/v1 EventSeries.count PodStatus.observedGeneration PodCondition.observedGeneration',
  'events/v1 Event.deprecatedCount',
  'flowcontrol/v1 ResourcePolicyRule.clusterScope',
  'meta/v1 ObjectMeta.generation',
  'networking/v1 ServiceBackendPort.number',
  'policy/v1 PodDisruptionBudgetStatus.observedGeneration',
  'scheduling/v1 PriorityClass.globalDefault',
]);

const keptWhenEmpty = table([
  'coordination/v1 LeaseSpec.holderIdentity',
  'core/v1 PersistentVolumeClaimSpec.storageClassName HostPathVolumeSource.type GRPCAction.service PodDNSConfigOption.value',
  'core/v1 ServicePort.appProtocol TypedObjectReference.apiGroup TypedLocalObjectReference.apiGroup AzureDiskVolumeSource.fsType',
  'core/v1 CSIVolumeSource.fsType LocalVolumeSource.fsType EndpointAddress.nodeName PodSpec.runtimeClassName',
  'discovery/v1 EndpointPort.name Endpoint.hostname Endpoint.nodeName Endpoint.zone',
  'events/v1 Event.reportingController Event.reportingInstance',
  'core/v1 Event.reportingComponent Event.reportingInstance',
  'networking/v1 IngressSpec.ingressClassName',
]);

/** Facts of one field, `module Type.field`. */
export function encodingOf(
  name: string,
  scalar: boolean,
): { alwaysPresent: boolean; omitZero: boolean; omitEmpty: boolean } {
  return {
    alwaysPresent: valueStructs.has(name),
    omitZero: scalar && omittedAtZero.has(name),
    omitEmpty: scalar && !keptWhenEmpty.has(name),
  };
}
