import type { KubeObject } from '@pilothouse/kube';
import { ageColumn, column, nameColumn } from './column-factory.ts';
import type { TableColumn } from './table-column.ts';

type Node = KubeObject & {
  spec?: { unschedulable?: boolean };
  status?: {
    conditions?: { type: string; status: string }[];
    addresses?: { type: string; address: string }[];
    nodeInfo?: { kubeletVersion?: string; osImage?: string; kernelVersion?: string; containerRuntimeVersion?: string };
  };
};

function statusText(node: Node): string {
  const ready = node.status?.conditions?.find((one) => one.type === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return node.spec?.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

const rolePrefix = 'node-role.kubernetes.io/';

function rolesText(node: Node): string {
  const roles = Object.entries(node.metadata.labels ?? {}).flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix) && key.length > rolePrefix.length) return [key.slice(rolePrefix.length)];
    return key === 'kubernetes.io/role' && value !== '' ? [value] : [];
  });
  return roles.length === 0 ? '<none>' : roles.sort().join(',');
}

function address(node: Node, type: string): string {
  return node.status?.addresses?.find((one) => one.type === type)?.address ?? '<none>';
}

const info = (node: Node) => node.status?.nodeInfo ?? {};

export const nodeColumns: readonly TableColumn[] = [
  nameColumn,
  column('Status', statusText),
  column('Roles', rolesText),
  ageColumn,
  column('Version', (node: Node) => info(node).kubeletVersion ?? ''),
  column('Internal-IP', (node: Node) => address(node, 'InternalIP'), { wide: true }),
  column('External-IP', (node: Node) => address(node, 'ExternalIP'), { wide: true }),
  column('OS-Image', (node: Node) => info(node).osImage || '<unknown>', { wide: true }),
  column('Kernel-Version', (node: Node) => info(node).kernelVersion || '<unknown>', { wide: true }),
  column('Container-Runtime', (node: Node) => info(node).containerRuntimeVersion || '<unknown>', { wide: true }),
];
