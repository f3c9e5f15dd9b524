import type { ObjectMeta, Time } from '../meta/v1';
/** APIService represents a server for a particular GroupVersion. Name must be "version.group". */
export interface APIService {
  /** The versioned schema of this representation of an object. */
  apiVersion?: 'apiregistration.k8s.io/v1';
  /** The REST resource this object represents. */
  kind?: 'APIService';
  /** Standard object's metadata. */
  metadata?: ObjectMeta;
  /** Spec contains information for locating and communicating with a server */
  spec?: APIServiceSpec;
  /** Status contains derived information about an API server */
  status?: APIServiceStatus;
}
/** APIServiceCondition describes the state of an APIService at a particular point */
export interface APIServiceCondition {
  /** Last time the condition transitioned from one status to another. */
  lastTransitionTime?: Time;
  /** Human-readable message indicating details about last transition. */
  message?: string;
  /** Unique, one-word, CamelCase reason for the condition's last transition. */
  reason?: string;
  /** Status is the status of the condition. Can be True, False, Unknown. */
  status: string;
  /** Type is the type of the condition. */
  type: string;
}
/** APIServiceSpec says where and how an API server is reached. */
export interface APIServiceSpec {
  /** A PEM encoded CA bundle used to validate the API server's serving certificate. */
  caBundle?: string;
  /** The API group name this server hosts */
  group?: string;
  /** The priority this group should have at least. Higher means preferred by clients over lower ones. */
  groupPriorityMinimum: number;
  /** Disables TLS certificate verification when communicating with this server. */
  insecureSkipTLSVerify?: boolean;
  /** A reference to the service for this API server. */
  service?: ServiceReference;
  /** The API version this server hosts. For example, "v1" */
  version?: string;
  /** Controls the ordering of this API version inside of its group. */
  versionPriority: number;
}
/** APIServiceStatus contains derived information about an API server */
export interface APIServiceStatus {
  /** Current service state of apiService. */
  conditions?: Array<APIServiceCondition>;
}
/** ServiceReference holds a reference to Service.legacy.k8s.io */
export interface ServiceReference {
  /** Name is the name of the service */
  name?: string;
  /** Namespace is the namespace of the service */
  namespace?: string;
  /** The port on the service that hosts the webhook. Defaults to 443. */
  port?: number;
}
