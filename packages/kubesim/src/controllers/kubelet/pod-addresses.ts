import type { Node } from '../cluster-kinds.ts';
import type { ClusterStore } from '../cluster-store.ts';

/** Pod IPs from each node's podCIDR (a /24 when the node names none). */
export type PodAddresses = {
  take(node: Node): string;
  release(address: string | undefined): void;
};

export function createPodAddresses(store: ClusterStore): PodAddresses {
  const taken = new Set<string>();
  const next = new Map<string, number>();
  const ranges = new Map<string, string>();

  function rangeOf(node: Node): string {
    const cidr = node.spec?.podCIDR;
    if (cidr !== undefined) return cidr;
    const known = ranges.get(node.metadata.name);
    if (known !== undefined) return known;
    const used = new Set([...[...store.list('nodes')].map((one) => one.spec?.podCIDR), ...ranges.values()]);
    let index = 0;
    while (used.has(`10.244.${index}.0/24`)) index++;
    const made = `10.244.${index}.0/24`;
    ranges.set(node.metadata.name, made);
    return made;
  }

  return {
    take(node) {
      const [base = '10.244.0.0', bits = '24'] = rangeOf(node).split('/');
      const size = 2 ** (32 - Number(bits));
      const start = toNumber(base);
      const from = next.get(node.metadata.name) ?? 2;
      for (let step = 0; step < size; step++) {
        const offset = 2 + ((from - 2 + step) % (size - 3));
        const address = toText(start + offset);
        if (taken.has(address)) continue;
        taken.add(address);
        next.set(node.metadata.name, offset + 1);
        return address;
      }
      return toText(start + 2);
    },
    release(address) {
      if (address !== undefined) taken.delete(address);
    },
  };
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}

function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address / 2 ** shift) & 255).join('.');
}
