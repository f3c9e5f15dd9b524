import type { Quantity } from '../api/resource';
import type { ObjectMeta, Time } from '../meta/v1';
/** ContainerMetrics sets resource usage metrics of a container. */
export interface ContainerMetrics {
  /** Container name corresponding to the one from pod.spec.containers. */
  name: string;
  /** The memory usage is the memory working set. */
  usage: {
    [name: string]: Quantity;
  };
}
/** NodeMetrics sets resource usage metrics of a node. */
export interface NodeMetrics {
  /** The versioned schema of this representation of an object. */
  apiVersion?: 'metrics.k8s.io/v1beta1';
  /** The REST resource this object represents. */
  kind?: 'NodeMetrics';
  /** Standard object's metadata. */
  metadata?: ObjectMeta;
  /** The end of the interval metrics were collected from. */
  timestamp: Time;
  /** The memory usage is the memory working set. */
  usage: {
    [name: string]: Quantity;
  };
  /** The length of the interval, as a Go duration. */
  window: string;
}
/** PodMetrics sets resource usage metrics of a pod. */
export interface PodMetrics {
  /** The versioned schema of this representation of an object. */
  apiVersion?: 'metrics.k8s.io/v1beta1';
  /** Metrics for all containers are collected within the same time window. */
  containers: Array<ContainerMetrics>;
  /** The REST resource this object represents. */
  kind?: 'PodMetrics';
  /** Standard object's metadata. */
  metadata?: ObjectMeta;
  /** The end of the interval metrics were collected from. */
  timestamp: Time;
  /** The length of the interval, as a Go duration. */
  window: string;
}
