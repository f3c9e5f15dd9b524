import type { KubeObject } from '@pilothouse/kube';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.d.ts';
import type { ObjectStorePort } from '../object-store-port.ts';
import { resourceOf } from './manifests.ts';

type Workload = KubeObject & { spec: { template: PodTemplateSpec } };

/** Gives all containers of a Deployment's pods that run `image` (without tag) another tag. `adjust` changes more of the template. */
export function rollOut(
  store: ObjectStorePort,
  ref: { namespace: string; name: string },
  to: { tag: string; adjust?: (template: PodTemplateSpec) => void },
): void {
  store.update(
    'deployments.apps',
    ref,
    (draft) => {
      const { template } = (draft as Workload).spec;
      for (const container of [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])]) {
        if (container.image !== undefined && imageName(container.image) === ref.name)
          container.image = withTag(container.image, to.tag);
      }
      to.adjust?.(template);
      draft.metadata.annotations = {
        ...draft.metadata.annotations,
        'kubernetes.io/change-cause': `${ref.name} ${to.tag}`,
      };
    },
    { manager: 'argocd-controller' },
  );
}

/** `manifests` with older tags for the workloads named in `tags`. */
export function asOf(manifests: readonly KubeObject[], tags: Readonly<Record<string, string>>): KubeObject[] {
  return manifests.map((manifest) => {
    const tag = tags[manifest.metadata.name];
    if (tag === undefined || manifest.kind !== 'Deployment') return manifest;
    const copy = structuredClone(manifest) as Workload;
    for (const container of copy.spec.template.spec?.containers ?? []) {
      if (imageName(container.image ?? '') === manifest.metadata.name)
        container.image = withTag(container.image ?? '', tag);
    }
    return copy;
  });
}

/** Lets CronJobs of `manifests`, which come suspended, run. */
export function resumeCronJobs(store: ObjectStorePort, manifests: readonly KubeObject[]): void {
  for (const { kind, metadata, ...rest } of manifests) {
    if (kind !== 'CronJob') continue;
    const resource = resourceOf(store, { kind, metadata, ...rest });
    store.update(resource, { namespace: metadata.namespace, name: metadata.name }, (draft) => {
      draft.spec = { ...(draft.spec as object), suspend: false };
    });
  }
}

function imageName(image: string): string {
  return image.slice(image.lastIndexOf('/') + 1).replace(/[:@].*$/, '');
}

function withTag(image: string, tag: string): string {
  return image.replace(/:[^/:]+$/, `:${tag}`);
}
