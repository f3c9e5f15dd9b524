import { setImmediate as turn } from 'node:timers/promises';
import type { ObjectStorePort } from '../object-store-port.ts';
import { type ScaleShape, scaleNamespace, scalePod, scaleReplicaSet } from './scale-pods.ts';

/** Workloads made between two turns of the event loop. */
const batch = 50;

/**
 * Fills a cluster with `count` objects: pods of about 6 KB each over many namespaces, with their ReplicaSets and nodes. Meant for a cluster without
 * controllers. The same count gives the same names.
 */
export async function seedScale(store: ObjectStorePort, count: number, now: number): Promise<void> {
  const shape: ScaleShape = {
    namespaces: Math.max(1, Math.min(200, Math.ceil(count / 500))),
    nodes: Math.max(1, Math.ceil(count / 100)),
    replicas: 10,
  };
  for (let index = 0; index < shape.namespaces; index++) {
    store.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: scaleNamespace(index) } });
  }
  const nodes = Math.min(shape.nodes, Math.max(0, count - 1));
  for (let index = 0; index < nodes; index++) store.restore('nodes', scaleNode(index, now));
  let left = count - nodes;
  for (let workload = 0; left > 0; workload++) {
    store.restore('replicasets.apps', scaleReplicaSet(workload, shape, now));
    left--;
    for (let replica = 0; replica < shape.replicas && left > 0; replica++, left--) {
      store.restore('pods', scalePod(workload * shape.replicas + replica, shape, now));
    }
    if (workload % batch === batch - 1) await turn();
  }
}

function scaleNode(index: number, now: number) {
  const name = `node-${String(index).padStart(4, '0')}`;
  const time = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const size = { cpu: '16', memory: '65536Mi', pods: '250', 'ephemeral-storage': '200Gi' };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        'topology.kubernetes.io/zone': `zone-${index % 3}`,
      },
    },
    spec: { podCIDR: `10.${(index >> 8) & 255}.${index & 255}.0/24` },
    status: {
      capacity: size,
      allocatable: size,
      conditions: [
        { type: 'Ready', status: 'True', reason: 'KubeletReady', lastHeartbeatTime: time, lastTransitionTime: time },
      ],
      addresses: [
        { type: 'InternalIP', address: `192.0.2.${index % 256}` },
        { type: 'Hostname', address: name },
      ],
      nodeInfo: {
        kubeletVersion: 'v1.34.0',
        osImage: 'Simulated',
        kernelVersion: '6.12.0',
        containerRuntimeVersion: 'containerd://2.1.0',
      },
    },
  };
}
