export type { AccessRule, SimulatedUser } from './access/simulated-user.ts';
export type { Fault, FaultSwitch } from './faults/fault-switch.ts';
export type { ObjectStorePort, StoreEvent } from './object-store-port.ts';
export type { PodExecRequest, PodLogRequest, PodRuntimePort, UsageSample } from './pod-runtime-port.ts';
export { createSimulatedCluster, type SimulatedCluster, type SimulatedClusterOptions } from './simulated-cluster.ts';
