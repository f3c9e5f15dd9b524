import { fieldsOf, listOf, textOf } from '../json/untyped.ts';
import type { KubeObject } from '../kube-object.ts';
import { quantityNumber } from '../quantity/quantity.ts';
import { at } from './cells.ts';
import { ageColumn, type ColumnRule, column } from './table-column.ts';

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function accessModes(list: unknown): string | null {
  const modes = listOf(list).map((mode) => shortModes[textOf(mode)] ?? textOf(mode));
  return modes.length > 0 ? modes.join(', ') : null;
}

function capacity(read: (object: KubeObject) => unknown): ColumnRule {
  const cell = (object: KubeObject): number | null => quantityNumber(fieldsOf(read(object)).storage) ?? null;
  return column('capacity', 'Capacity', cell, { type: 'quantity' });
}

function claimOf(volume: KubeObject): string | null {
  const { namespace, name } = fieldsOf(fieldsOf(volume.spec).claimRef);
  return textOf(name) === '' ? null : `${textOf(namespace)}/${textOf(name)}`;
}

export const storageColumns: Readonly<Record<string, readonly ColumnRule[]>> = {
  persistentvolumeclaims: [
    column('status', 'Status', (claim) =>
      claim.metadata.deletionTimestamp ? 'Terminating' : textOf(fieldsOf(claim.status).phase) || null,
    ),
    column('volume', 'Volume', at('spec.volumeName')),
    capacity((claim) => fieldsOf(claim.status).capacity),
    column('accessModes', 'Access modes', (claim) =>
      accessModes(fieldsOf(claim.status).accessModes ?? fieldsOf(claim.spec).accessModes),
    ),
    column('storageClass', 'Storage class', at('spec.storageClassName')),
    ageColumn(),
    column('volumeMode', 'Volume mode', at('spec.volumeMode'), { wide: true }),
  ],
  persistentvolumes: [
    capacity((volume) => fieldsOf(volume.spec).capacity),
    column('accessModes', 'Access modes', (volume) => accessModes(fieldsOf(volume.spec).accessModes)),
    column('reclaimPolicy', 'Reclaim policy', at('spec.persistentVolumeReclaimPolicy')),
    column('status', 'Status', (volume) =>
      volume.metadata.deletionTimestamp ? 'Terminating' : textOf(fieldsOf(volume.status).phase) || null,
    ),
    column('claim', 'Claim', claimOf),
    column('storageClass', 'Storage class', at('spec.storageClassName')),
    ageColumn(),
    column('volumeMode', 'Volume mode', at('spec.volumeMode'), { wide: true }),
  ],
  'storageclasses.storage.k8s.io': [
    column('provisioner', 'Provisioner', (object) => textOf(object.provisioner) || null),
    column('reclaimPolicy', 'Reclaim policy', (object) => textOf(object.reclaimPolicy) || null),
    column('bindingMode', 'Binding mode', (object) => textOf(object.volumeBindingMode) || null),
    column('expansion', 'Expansion', (object) => object.allowVolumeExpansion === true, { type: 'boolean' }),
    ageColumn(),
  ],
};
