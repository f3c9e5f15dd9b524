import type { KubeObject } from '@pilothouse/kube';
import { healthy } from '../controllers/nodes/node-heartbeats.ts';
import { hash32 } from '../runtime/chance.ts';

export type NodePlan = {
  name: string;
  role: 'control-plane' | 'worker';
  zone: string;
  cpu: number;
  memoryGi: number;
  address: string;
  pool?: string;
};

/** A Node as a kubelet registered it at `now`, ready. */
export function demoNode(plan: NodePlan, index: number, now: number): KubeObject {
  const { name, role, zone, cpu, memoryGi, address } = plan;
  const at = `${new Date(now).toISOString().slice(0, 19)}Z`;
  const control = role === 'control-plane';
  const cidr = `10.244.${index}.0/24`;
  const memoryKi = memoryGi * 1024 * 1024;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: {
        'beta.kubernetes.io/arch': 'amd64',
        'kubernetes.io/arch': 'amd64',
        'kubernetes.io/os': 'linux',
        'kubernetes.io/hostname': name,
        'node.kubernetes.io/instance-type': `sim.${cpu}x${memoryGi}`,
        'topology.kubernetes.io/region': zone.replace(/-?[a-z]$/, ''),
        'topology.kubernetes.io/zone': zone,
        ...(control
          ? { 'node-role.kubernetes.io/control-plane': '' }
          : { 'node-role.kubernetes.io/worker': '', 'kubesim.pilothouse.dev/pool': plan.pool ?? 'general' }),
      },
      annotations: {
        'node.alpha.kubernetes.io/ttl': '0',
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: {
      podCIDR: cidr,
      podCIDRs: [cidr],
      providerID: `kubesim://${zone}/${name}`,
      ...(control ? { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] } : {}),
    },
    status: {
      addresses: [
        { type: 'InternalIP', address },
        { type: 'Hostname', address: name },
      ],
      capacity: {
        cpu: String(cpu),
        'ephemeral-storage': '101430960Ki',
        'hugepages-2Mi': '0',
        memory: `${memoryKi}Ki`,
        pods: '110',
      },
      allocatable: {
        cpu: `${cpu * 1000 - 80}m`,
        'ephemeral-storage': '93478772582',
        'hugepages-2Mi': '0',
        memory: `${memoryKi - 1_212_416}Ki`,
        pods: '110',
      },
      conditions: healthy.map((one) => ({ ...one, lastHeartbeatTime: at, lastTransitionTime: at })),
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        bootID: nodeUuid(`${name}/boot`),
        machineID: nodeUuid(`${name}/machine`).replaceAll('-', ''),
        systemUUID: nodeUuid(`${name}/system`),
        kernelVersion: '6.12.48-sim',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        containerRuntimeVersion: 'containerd://2.1.4',
        kubeletVersion: 'v1.34.0',
        kubeProxyVersion: '',
      },
    },
  };
}

/** The pods of the control plane, which its kubelet runs from files. */
export function controlPlanePods(node: string): KubeObject[] {
  const parts = [
    ['etcd', 'registry.k8s.io/etcd:3.6.4-0', '100m', '100Mi'],
    ['kube-apiserver', 'registry.k8s.io/kube-apiserver:v1.34.0', '250m', '256Mi'],
    ['kube-controller-manager', 'registry.k8s.io/kube-controller-manager:v1.34.0', '200m', '128Mi'],
    ['kube-scheduler', 'registry.k8s.io/kube-scheduler:v1.34.0', '100m', '64Mi'],
  ] as const;
  return parts.map(([name, image, cpu, memory]) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${node}`,
      namespace: 'kube-system',
      labels: { component: name, tier: 'control-plane' },
      annotations: {
        'kubernetes.io/config.source': 'file',
        'kubernetes.io/config.hash': nodeUuid(name).replaceAll('-', ''),
      },
    },
    spec: {
      nodeName: node,
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      tolerations: [{ effect: 'NoExecute', operator: 'Exists' }],
      containers: [
        {
          name,
          image,
          command: [name],
          resources: { requests: { cpu, memory } },
          livenessProbe: { httpGet: { path: '/livez', port: 10259, scheme: 'HTTPS' }, initialDelaySeconds: 10 },
        },
      ],
    },
  }));
}

/** A UUID that is always the same for the same text. */
function nodeUuid(text: string): string {
  const digits = [1, 2, 3, 4].map((part) => hash32(`${text}/${part}`).toString(16).padStart(8, '0')).join('');
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `a${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-');
}
