import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../cluster-kinds.ts';
import { keyOf, refOf, splitKey } from '../cluster-store.ts';
import type { ControllerDeps } from '../controller-deps.ts';
import { quantity } from '../quantities.ts';
import { selectedNodeAnnotation } from '../scheduler/scheduler.ts';
import { timestamp } from '../timestamps.ts';

const component = 'persistentvolume-controller';
const manager = 'kube-controller-manager';
const resync = 15_000;
const provisionSeconds = 2;
const claimProtection = 'kubernetes.io/pvc-protection';
const volumeProtection = 'kubernetes.io/pv-protection';
const defaultClass = 'storageclass.kubernetes.io/is-default-class';

/** Binds claims to volumes: existing ones that fit, or new ones of the claim's StorageClass, at once or with the first pod. */
export function startVolumeBinder({ store, clock, work, recorder }: ControllerDeps): void {
  const claims = work.queue('claim', reconcileClaim);
  const volumes = work.queue('volume', reconcileVolume);
  const provisioning = new Map<string, number>();

  store.subscribe('persistentvolumeclaims', ({ type, object }) => {
    if (type === 'DELETED') provisioning.delete(object.metadata.uid ?? '');
    claims.add(keyOf(object));
    if (object.spec.volumeName !== undefined) volumes.add(object.spec.volumeName);
  });
  store.subscribe('persistentvolumes', ({ object }) => {
    volumes.add(object.metadata.name);
    const claim = object.spec.claimRef;
    if (claim?.name !== undefined) claims.add(`${claim.namespace}/${claim.name}`);
  });
  store.subscribe('pods', ({ type, object }) => {
    if (type === 'DELETED' || object.status?.phase === 'Succeeded')
      for (const name of claimNames(object)) claims.add(`${object.metadata.namespace}/${name}`);
  });
  for (const claim of store.list('persistentvolumeclaims')) claims.add(keyOf(claim));
  for (const volume of store.list('persistentvolumes')) volumes.add(volume.metadata.name);

  function reconcileClaim(key: string): void {
    const { namespace, name } = splitKey(key);
    const claim = store.get('persistentvolumeclaims', namespace, name);
    if (claim === undefined) return;
    if (claim.metadata.deletionTimestamp !== undefined) return unprotect(claim);
    protect(claim);
    if (claim.spec.volumeName !== undefined) return complete(claim);
    const chosen = classOf(claim);
    const found = findVolume(claim, chosen);
    if (found !== undefined) return bind(claim, found);
    if (chosen === undefined) return;
    const storageClass = store.get('storageclasses.storage.k8s.io', undefined, chosen);
    if (storageClass === undefined)
      return waitFor(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${chosen}" not found`);
    if (
      storageClass.volumeBindingMode === 'WaitForFirstConsumer' &&
      claim.metadata.annotations?.[selectedNodeAnnotation] === undefined
    ) {
      return waitFor(
        claim,
        'Normal',
        'WaitForFirstConsumer',
        'waiting for first consumer to be created before binding',
      );
    }
    if (storageClass.provisioner === 'kubernetes.io/no-provisioner') {
      return waitFor(
        claim,
        'Normal',
        'FailedBinding',
        'no persistent volumes available for this claim and no storage class is set',
      );
    }
    provision(claim, storageClass);
  }

  /** The claim's class; the default one when it names none (`""` means none on purpose). */
  function classOf(claim: PersistentVolumeClaim): string | undefined {
    const named = claim.spec.storageClassName;
    if (named !== undefined) return named === '' ? undefined : named;
    for (const one of store.list('storageclasses.storage.k8s.io')) {
      if (one.metadata.annotations?.[defaultClass] !== 'true') continue;
      store.update(
        'persistentvolumeclaims',
        refOf(claim),
        (draft) => {
          draft.spec.storageClassName = one.metadata.name;
        },
        { manager },
      );
      return one.metadata.name;
    }
    return undefined;
  }

  /** The smallest free volume that fits. */
  function findVolume(claim: PersistentVolumeClaim, className: string | undefined): PersistentVolume | undefined {
    const wanted = quantity(claim.spec.resources?.requests?.storage);
    const modes = claim.spec.accessModes ?? [];
    const size = (volume: PersistentVolume) => quantity(volume.spec.capacity?.storage);
    const fitting = [...store.list('persistentvolumes')].filter((volume) => {
      const reserved = volume.spec.claimRef;
      if (reserved !== undefined)
        return (
          reserved.name === claim.metadata.name &&
          reserved.namespace === claim.metadata.namespace &&
          (reserved.uid === undefined || reserved.uid === claim.metadata.uid)
        );
      const sameClass = (volume.spec.storageClassName ?? '') === (className ?? '');
      return (
        sameClass &&
        size(volume) >= wanted &&
        modes.every((mode) => volume.spec.accessModes?.includes(mode)) &&
        volume.status?.phase !== 'Released'
      );
    });
    return fitting.sort((a, b) => size(a) - size(b))[0];
  }

  function waitFor(claim: PersistentVolumeClaim, type: 'Normal' | 'Warning', reason: string, message: string): void {
    recorder.record({ component }, claim, { type, reason, message });
    claims.add(keyOf(claim), resync);
  }

  function provision(claim: PersistentVolumeClaim, storageClass: StorageClass): void {
    const uid = claim.metadata.uid ?? '';
    const now = clock.now();
    const source = { component: `${storageClass.provisioner}_csi-controller` };
    const { namespace, name } = claim.metadata;
    const since = provisioning.get(uid);
    if (since === undefined) {
      provisioning.set(uid, now);
      recorder.record({ component }, claim, {
        type: 'Normal',
        reason: 'ExternalProvisioning',
        message: `Waiting for a volume to be created either by the external provisioner '${storageClass.provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
      });
      recorder.record(source, claim, {
        type: 'Normal',
        reason: 'Provisioning',
        message: `External provisioner is provisioning volume for claim "${namespace}/${name}"`,
      });
      return void claims.add(keyOf(claim), provisionSeconds * 1000);
    }
    const rest = since + provisionSeconds * 1000 - now;
    if (rest > 0) return void claims.add(keyOf(claim), rest);
    provisioning.delete(uid);
    const volume = createVolume(claim, storageClass);
    recorder.record(source, claim, {
      type: 'Normal',
      reason: 'ProvisioningSucceeded',
      message: `Successfully provisioned volume ${volume.metadata.name}`,
    });
    bind(claim, volume);
  }

  function createVolume(claim: PersistentVolumeClaim, storageClass: StorageClass): PersistentVolume {
    const { provisioner, metadata } = storageClass;
    const name = `pvc-${claim.metadata.uid}`;
    const known = store.get('persistentvolumes', undefined, name);
    if (known !== undefined) return known;
    const node = store.get('nodes', undefined, claim.metadata.annotations?.[selectedNodeAnnotation] ?? '');
    const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
    const nodeSelectorTerms =
      zone === undefined
        ? []
        : [{ matchExpressions: [{ key: 'topology.kubernetes.io/zone', operator: 'In', values: [zone] }] }];
    return store.create(
      'persistentvolumes',
      {
        apiVersion: 'v1',
        kind: 'PersistentVolume',
        metadata: {
          name,
          annotations: { 'pv.kubernetes.io/provisioned-by': provisioner },
          finalizers: [volumeProtection],
        },
        spec: {
          capacity: { storage: claim.spec.resources?.requests?.storage ?? '1Gi' },
          accessModes: [...(claim.spec.accessModes ?? ['ReadWriteOnce'])],
          claimRef: claimReference(claim),
          persistentVolumeReclaimPolicy: (storageClass.reclaimPolicy ?? 'Delete') as 'Delete',
          storageClassName: metadata.name,
          volumeMode: claim.spec.volumeMode ?? 'Filesystem',
          csi: {
            driver: provisioner,
            fsType: 'ext4',
            volumeHandle: `vol-${(claim.metadata.uid ?? '').replaceAll('-', '').slice(0, 17)}`,
          },
          ...(nodeSelectorTerms.length === 0 ? {} : { nodeAffinity: { required: { nodeSelectorTerms } } }),
        },
      },
      { manager: 'csi-provisioner' },
    );
  }

  function bind(claim: PersistentVolumeClaim, volume: PersistentVolume): void {
    store.update(
      'persistentvolumes',
      { name: volume.metadata.name },
      (draft) => {
        draft.spec.claimRef = claimReference(claim);
      },
      { manager },
    );
    const bound = store.update(
      'persistentvolumeclaims',
      refOf(claim),
      (draft) => {
        draft.spec.volumeName = volume.metadata.name;
        draft.metadata.annotations = {
          ...draft.metadata.annotations,
          'pv.kubernetes.io/bind-completed': 'yes',
          'pv.kubernetes.io/bound-by-controller': 'yes',
        };
      },
      { manager },
    );
    if (bound !== undefined) complete(bound);
    volumes.add(volume.metadata.name);
  }

  /** A claim with a volume is Bound, Lost when the volume is gone; growth of the request is carried out. */
  function complete(claim: PersistentVolumeClaim): void {
    const volume = store.get('persistentvolumes', undefined, claim.spec.volumeName ?? '');
    const storage = claim.spec.resources?.requests?.storage;
    if (volume === undefined) {
      if (claim.status?.phase !== 'Lost') {
        recorder.record({ component }, claim, {
          type: 'Warning',
          reason: 'ClaimLost',
          message: 'Bound claim has lost its PersistentVolume. Data on the volume is lost!',
        });
      }
      store.update(
        'persistentvolumeclaims',
        refOf(claim),
        (draft) => {
          draft.status = { phase: 'Lost' };
        },
        { subresource: 'status', manager },
      );
      return;
    }
    const growing = quantity(storage) > quantity(volume.spec.capacity?.storage);
    if (growing) grow(claim, volume, storage ?? '');
    const capacity = growing ? { storage: storage ?? '' } : { ...volume.spec.capacity };
    store.update(
      'persistentvolumeclaims',
      refOf(claim),
      (draft) => {
        draft.status = { phase: 'Bound', accessModes: [...(volume.spec.accessModes ?? [])], capacity };
      },
      { subresource: 'status', manager },
    );
  }

  function grow(claim: PersistentVolumeClaim, volume: PersistentVolume, storage: string): void {
    const source = { component: `external-resizer ${volume.spec.csi?.driver ?? ''}` };
    recorder.record(source, claim, {
      type: 'Normal',
      reason: 'Resizing',
      message: `External resizer is resizing volume ${volume.metadata.name}`,
    });
    store.update(
      'persistentvolumes',
      { name: volume.metadata.name },
      (draft) => {
        draft.spec.capacity = { ...draft.spec.capacity, storage };
      },
      { manager },
    );
    recorder.record({ component: 'kubelet' }, claim, {
      type: 'Normal',
      reason: 'FileSystemResizeSuccessful',
      message: 'MountVolume.NodeExpandVolume succeeded for volume',
    });
  }

  function reconcileVolume(name: string): void {
    const volume = store.get('persistentvolumes', undefined, name);
    if (volume === undefined) return;
    const { claimRef } = volume.spec;
    const claim =
      claimRef === undefined ? undefined : store.get('persistentvolumeclaims', claimRef.namespace, claimRef.name ?? '');
    const isBound = claim !== undefined && claim.metadata.uid === claimRef?.uid;
    if (volume.metadata.deletionTimestamp !== undefined) {
      if (!isBound) dropFinalizer('persistentvolumes', volume, volumeProtection);
      return;
    }
    const phase = claimRef?.uid === undefined ? 'Available' : isBound ? 'Bound' : 'Released';
    if (volume.status?.phase !== phase) {
      store.update(
        'persistentvolumes',
        { name },
        (draft) => {
          draft.status = { phase, lastPhaseTransitionTime: timestamp(clock.now()) } as NonNullable<typeof draft.status>;
        },
        { subresource: 'status', manager },
      );
    }
    if (phase === 'Released' && volume.spec.persistentVolumeReclaimPolicy === 'Delete') {
      dropFinalizer('persistentvolumes', volume, volumeProtection);
      store.delete('persistentvolumes', { name });
    }
  }

  function protect(claim: PersistentVolumeClaim): void {
    if (claim.metadata.finalizers?.includes(claimProtection)) return;
    store.update(
      'persistentvolumeclaims',
      refOf(claim),
      (draft) => {
        draft.metadata.finalizers = [...(draft.metadata.finalizers ?? []), claimProtection];
      },
      { manager },
    );
  }

  /** A claim that a pod still uses stays until the pod is gone. */
  function unprotect(claim: PersistentVolumeClaim): void {
    for (const pod of store.list('pods', claim.metadata.namespace)) {
      const over = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
      if (!over && claimNames(pod).includes(claim.metadata.name)) return;
    }
    dropFinalizer('persistentvolumeclaims', claim, claimProtection);
  }

  function dropFinalizer(
    resource: 'persistentvolumeclaims' | 'persistentvolumes',
    object: PersistentVolumeClaim | PersistentVolume,
    finalizer: string,
  ): void {
    if (!object.metadata.finalizers?.includes(finalizer)) return;
    store.update(
      resource,
      refOf(object),
      (draft) => {
        const others = draft.metadata.finalizers?.filter((one) => one !== finalizer) ?? [];
        if (others.length > 0) draft.metadata.finalizers = others;
        else delete draft.metadata.finalizers;
      },
      { manager },
    );
  }
}

function claimReference(claim: PersistentVolumeClaim) {
  const { namespace = 'default', name, uid = '', resourceVersion = '' } = claim.metadata;
  return { kind: 'PersistentVolumeClaim', namespace, name, uid, apiVersion: 'v1', resourceVersion };
}

function claimNames(pod: Pod): string[] {
  return (pod.spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []);
}
