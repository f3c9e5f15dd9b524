import type { KubeObject } from '@pilothouse/kube';
import { ageColumn, column, nameColumn } from './column-factory.ts';
import type { TableColumn } from './table-column.ts';

type Volume = KubeObject & {
  spec?: {
    capacity?: Record<string, string>;
    accessModes?: string[];
    persistentVolumeReclaimPolicy?: string;
    claimRef?: { namespace?: string; name?: string };
    storageClassName?: string;
    volumeAttributesClassName?: string;
    volumeMode?: string;
    volumeName?: string;
  };
  status?: { phase?: string; reason?: string; capacity?: Record<string, string>; accessModes?: string[] };
};

const shortModes: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};

function modesText(modes: readonly string[] | undefined): string {
  return ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
    .filter((mode) => modes?.includes(mode))
    .map((mode) => shortModes[mode])
    .join(',');
}

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';
const className = (volume: Volume) =>
  volume.metadata.annotations?.[classAnnotation] ?? volume.spec?.storageClassName ?? '';
const attributesClass = column(
  'VolumeAttributesClass',
  (volume: Volume) => volume.spec?.volumeAttributesClassName || '<unset>',
);
const volumeMode = column('VolumeMode', (volume: Volume) => volume.spec?.volumeMode ?? '<unset>', { wide: true });
const isDefault = 'storageclass.kubernetes.io/is-default-class';

type StorageClass = KubeObject & {
  provisioner?: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  allowVolumeExpansion?: boolean;
};

export const storageColumns: Readonly<Record<string, readonly TableColumn[]>> = {
  persistentvolumes: [
    nameColumn,
    column('Capacity', (volume: Volume) => volume.spec?.capacity?.storage ?? ''),
    column('Access Modes', (volume: Volume) => modesText(volume.spec?.accessModes)),
    column('Reclaim Policy', (volume: Volume) => volume.spec?.persistentVolumeReclaimPolicy ?? ''),
    column('Status', (volume: Volume) =>
      volume.metadata.deletionTimestamp === undefined ? (volume.status?.phase ?? '') : 'Terminating',
    ),
    column('Claim', (volume: Volume) => {
      const claim = volume.spec?.claimRef;
      return claim === undefined ? '' : `${claim.namespace ?? ''}/${claim.name ?? ''}`;
    }),
    column('StorageClass', className),
    attributesClass,
    column('Reason', (volume: Volume) => volume.status?.reason ?? ''),
    ageColumn,
    volumeMode,
  ],
  persistentvolumeclaims: [
    nameColumn,
    column('Status', (claim: Volume) =>
      claim.metadata.deletionTimestamp === undefined ? (claim.status?.phase ?? '') : 'Terminating',
    ),
    column('Volume', (claim: Volume) => claim.spec?.volumeName ?? ''),
    column('Capacity', (claim: Volume) => (claim.spec?.volumeName ? (claim.status?.capacity?.storage ?? '0') : '')),
    column('Access Modes', (claim: Volume) => (claim.spec?.volumeName ? modesText(claim.status?.accessModes) : '')),
    column('StorageClass', className),
    attributesClass,
    ageColumn,
    volumeMode,
  ],
  'storageclasses.storage.k8s.io': [
    column('Name', (object) =>
      object.metadata.annotations?.[isDefault] === 'true' ? `${object.metadata.name} (default)` : object.metadata.name,
    ),
    column('Provisioner', (object: StorageClass) => object.provisioner ?? ''),
    column('ReclaimPolicy', (object: StorageClass) => object.reclaimPolicy ?? 'Delete'),
    column('VolumeBindingMode', (object: StorageClass) => object.volumeBindingMode ?? 'Immediate'),
    column('AllowVolumeExpansion', (object: StorageClass) => object.allowVolumeExpansion === true),
    ageColumn,
  ],
  'csidrivers.storage.k8s.io': [
    nameColumn,
    column('AttachRequired', (object) => driver(object).attachRequired ?? true, { type: 'boolean' }),
    column('PodInfoOnMount', (object) => driver(object).podInfoOnMount ?? false, { type: 'boolean' }),
    column('StorageCapacity', (object) => driver(object).storageCapacity ?? false, { type: 'boolean' }),
    column(
      'TokenRequests',
      (object) =>
        driver(object)
          .tokenRequests?.map((one) => one.audience)
          .join(',') || '<unset>',
    ),
    column('RequiresRepublish', (object) => driver(object).requiresRepublish ?? false, { type: 'boolean' }),
    column('Modes', (object) => driver(object).volumeLifecycleModes?.join(',') || '<none>'),
    ageColumn,
  ],
  'csinodes.storage.k8s.io': [
    nameColumn,
    column('Drivers', (object) => ((object.spec as { drivers?: unknown[] } | undefined)?.drivers ?? []).length, {
      type: 'integer',
    }),
    ageColumn,
  ],
  'csistoragecapacities.storage.k8s.io': [
    nameColumn,
    column('StorageClassName', (object) => String(object.storageClassName ?? '')),
    column('Capacity', (object) => String(object.capacity ?? '<unset>')),
    ageColumn,
  ],
  'volumeattachments.storage.k8s.io': [
    nameColumn,
    column('Attacher', (object) => attachment(object).attacher ?? ''),
    column('PV', (object) => attachment(object).source?.persistentVolumeName ?? ''),
    column('Node', (object) => attachment(object).nodeName ?? ''),
    column('Attached', (object) => (object.status as { attached?: boolean } | undefined)?.attached === true, {
      type: 'boolean',
    }),
    ageColumn,
  ],
};

type Driver = {
  attachRequired?: boolean;
  podInfoOnMount?: boolean;
  storageCapacity?: boolean;
  requiresRepublish?: boolean;
  tokenRequests?: { audience: string }[];
  volumeLifecycleModes?: string[];
};

function driver(object: KubeObject): Driver {
  return (object.spec ?? {}) as Driver;
}

function attachment(object: KubeObject) {
  return (object.spec ?? {}) as { attacher?: string; nodeName?: string; source?: { persistentVolumeName?: string } };
}
