import { type ActedObject, namedObjects } from '../../runtime/act-on-objects.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { chooseCluster } from '../../runtime/cluster-choice.ts';
import { type KindLookup, lookUpKinds, objectLabel, pathNamespace } from '../../runtime/kind-lookup.ts';
import { chooseNamespace } from '../../runtime/namespace-choice.ts';
import { parseResourceArguments } from '../../runtime/resource-arguments.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { readManifestFiles } from '../apply/manifest-files.ts';
import { readRows } from '../get/resource-rows.ts';
import type { DeleteOptions } from './delete-objects.ts';

/** `uid` is set where it is known, so that an object made meanwhile under the same name is spared. */
export type DeleteTarget = Pick<ActedObject, 'params' | 'label'> & { readonly uid?: string };

export async function findDeleteTargets(
  context: CliContext,
  options: DeleteOptions,
  objects: readonly string[],
): Promise<DeleteTarget[]> {
  const bulk = options.selector !== undefined || options.all === true;
  if (options.filename) {
    if (objects.length > 0 || bulk) throw usageError('Give files or objects, not both.');
    return targetsOfFiles(context, options, options.filename);
  }
  if (!bulk) return namedObjects(context, objects, options);
  if (options.selector !== undefined && options.all) throw usageError('Give one of --selector and --all.');
  return targetsOfSelector(context, options, objects);
}

async function targetsOfSelector(
  context: CliContext,
  options: DeleteOptions,
  objects: readonly string[],
): Promise<DeleteTarget[]> {
  const targets = parseResourceArguments(objects);
  if (targets.some(({ names }) => names.length > 0)) throw usageError('Give names, or --selector, or --all.');
  const cluster = await chooseCluster(context, options.cluster);
  const namespace = chooseNamespace(context, options);
  const kinds = await lookUpKinds(context, cluster);
  const lists = await Promise.all(
    targets.map(async ({ resource }) => {
      const kind = kinds.find(resource);
      const filter = { fieldSelector: undefined, health: undefined, q: undefined, sort: undefined };
      const query = {
        ...filter,
        clusters: cluster,
        namespaces: kind.namespaced ? namespace : undefined,
        labelSelector: options.selector,
      };
      const { rows } = await readRows(context, kind.resource, query);
      return rows.map((row) => ({
        params: { cluster, resource: kind.resource, namespace: row.namespace || '-', name: row.name },
        label: objectLabel(kind, row.name),
        uid: row.uid,
      }));
    }),
  );
  return lists.flat();
}

type Manifest = {
  apiVersion?: unknown;
  kind?: unknown;
  metadata?: { name?: unknown; namespace?: unknown };
  items?: unknown;
};

/** The objects of manifests, last first, so that what others need goes after them. */
async function targetsOfFiles(
  context: CliContext,
  options: DeleteOptions,
  filename: string[],
): Promise<DeleteTarget[]> {
  const files = await readManifestFiles(context, { ...options, filename });
  const { parseAllDocuments } = await import('yaml');
  const cluster = await chooseCluster(context, options.cluster);
  const kinds = await lookUpKinds(context, cluster);
  const place = { cluster, namespace: chooseNamespace(context, options), kinds };
  const targets: DeleteTarget[] = [];
  for (const { path, text } of files) {
    for (const [index, document] of parseAllDocuments(text).entries()) {
      const where = `document ${index + 1} of ${path}`;
      const [fault] = document.errors ?? [];
      if (fault) throw usageError(`${where}: ${fault.message}`);
      const manifest = document.toJS({ maxAliasCount: 100 }) as Manifest | null;
      for (const each of itemsOf(manifest)) targets.push(targetOf(each, where, place));
    }
  }
  return targets.reverse();
}

function itemsOf(manifest: Manifest | null): Manifest[] {
  if (!manifest) return [];
  return Array.isArray(manifest.items) ? (manifest.items as Manifest[]) : [manifest];
}

function targetOf(
  manifest: Manifest,
  where: string,
  place: { cluster: string; namespace: string; kinds: KindLookup },
): DeleteTarget {
  const { apiVersion, kind: kindName, metadata } = manifest;
  if (typeof apiVersion !== 'string' || typeof kindName !== 'string' || typeof metadata?.name !== 'string')
    throw usageError(`${where} lacks apiVersion, kind or metadata.name.`);
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  const kind = place.kinds.kinds.find((each) => each.kind === kindName && each.group === group);
  if (!kind) throw usageError(`${where}: the cluster serves no ${kindName} of ${apiVersion}.`);
  const namespace = typeof metadata.namespace === 'string' ? metadata.namespace : place.namespace;
  return {
    params: {
      cluster: place.cluster,
      resource: kind.resource,
      namespace: pathNamespace(kind, namespace),
      name: metadata.name,
    },
    label: objectLabel(kind, metadata.name),
  };
}
