import type { KubeObject } from '@pilothouse/kube';
import type {
  ControllerRevision as ControllerRevisionShape,
  DaemonSetSpec,
  DaemonSetStatus,
  DeploymentSpec,
  DeploymentStatus,
  ReplicaSetSpec,
  ReplicaSetStatus,
  StatefulSetSpec,
  StatefulSetStatus,
} from 'kubernetes-types/apps/v1.d.ts';
import type { HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus } from 'kubernetes-types/autoscaling/v2.d.ts';
import type { CronJobSpec, CronJobStatus, JobSpec, JobStatus } from 'kubernetes-types/batch/v1.d.ts';
import type { LeaseSpec } from 'kubernetes-types/coordination/v1.d.ts';
import type {
  EndpointSubset,
  NamespaceSpec,
  NamespaceStatus,
  NodeSpec,
  NodeStatus,
  PersistentVolumeClaimSpec,
  PersistentVolumeClaimStatus,
  PersistentVolumeSpec,
  PersistentVolumeStatus,
  PodSpec,
  PodStatus,
  ReplicationControllerSpec,
  ReplicationControllerStatus,
  ResourceQuotaSpec,
  ResourceQuotaStatus,
  ServiceSpec,
  ServiceStatus,
} from 'kubernetes-types/core/v1.d.ts';
import type { Endpoint, EndpointPort } from 'kubernetes-types/discovery/v1.d.ts';
import type { IngressSpec, IngressStatus } from 'kubernetes-types/networking/v1.d.ts';
import type { PodDisruptionBudgetSpec, PodDisruptionBudgetStatus } from 'kubernetes-types/policy/v1.d.ts';

type Kind<Spec, Status> = KubeObject & { spec: Spec; status?: Status };

export type Pod = Kind<PodSpec, PodStatus>;
export type Node = Kind<NodeSpec, NodeStatus>;
export type Namespace = Kind<NamespaceSpec, NamespaceStatus>;
export type Service = Kind<ServiceSpec, ServiceStatus>;
export type Endpoints = KubeObject & { subsets?: EndpointSubset[] };
export type EndpointSlice = KubeObject & { addressType: string; endpoints: Endpoint[]; ports?: EndpointPort[] };
export type PersistentVolumeClaim = Kind<PersistentVolumeClaimSpec, PersistentVolumeClaimStatus>;
export type PersistentVolume = Kind<PersistentVolumeSpec, PersistentVolumeStatus>;
export type StorageClass = KubeObject & { provisioner: string; reclaimPolicy?: string; volumeBindingMode?: string };
export type ResourceQuota = Kind<ResourceQuotaSpec, ResourceQuotaStatus>;
export type ReplicationController = Kind<ReplicationControllerSpec, ReplicationControllerStatus>;
export type ConfigMap = KubeObject & { data?: Record<string, string>; binaryData?: Record<string, string> };
export type Secret = KubeObject & { type?: string; data?: Record<string, string> };
export type Deployment = Kind<DeploymentSpec, DeploymentStatus>;
export type ReplicaSet = Kind<ReplicaSetSpec, ReplicaSetStatus>;
export type StatefulSet = Kind<StatefulSetSpec, StatefulSetStatus>;
export type DaemonSet = Kind<DaemonSetSpec, DaemonSetStatus>;
export type ControllerRevision = KubeObject & Pick<ControllerRevisionShape, 'revision'> & { data?: unknown };
export type Job = Kind<JobSpec, JobStatus>;
export type CronJob = Kind<CronJobSpec, CronJobStatus>;
export type Ingress = Kind<IngressSpec, IngressStatus>;
export type HorizontalPodAutoscaler = Kind<HorizontalPodAutoscalerSpec, HorizontalPodAutoscalerStatus>;
export type PodDisruptionBudget = Kind<PodDisruptionBudgetSpec, PodDisruptionBudgetStatus>;
export type Lease = KubeObject & { spec: LeaseSpec };

/** The kinds the controllers read, by resource name. */
export type ClusterKinds = {
  pods: Pod;
  nodes: Node;
  namespaces: Namespace;
  services: Service;
  endpoints: Endpoints;
  events: KubeObject;
  serviceaccounts: KubeObject;
  configmaps: ConfigMap;
  secrets: Secret;
  persistentvolumeclaims: PersistentVolumeClaim;
  persistentvolumes: PersistentVolume;
  resourcequotas: ResourceQuota;
  replicationcontrollers: ReplicationController;
  'deployments.apps': Deployment;
  'replicasets.apps': ReplicaSet;
  'statefulsets.apps': StatefulSet;
  'daemonsets.apps': DaemonSet;
  'controllerrevisions.apps': ControllerRevision;
  'jobs.batch': Job;
  'cronjobs.batch': CronJob;
  'endpointslices.discovery.k8s.io': EndpointSlice;
  'ingresses.networking.k8s.io': Ingress;
  'horizontalpodautoscalers.autoscaling': HorizontalPodAutoscaler;
  'poddisruptionbudgets.policy': PodDisruptionBudget;
  'storageclasses.storage.k8s.io': StorageClass;
  'leases.coordination.k8s.io': Lease;
};

export type ClusterResource = keyof ClusterKinds;
