import type { ApplyResult } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError, type ErrorKind, errorKinds } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { conflictsOf } from '../../runtime/error-report.ts';
import { withoutUndefined } from '../get/resource-rows.ts';
import type { ManifestFile } from './manifest-files.ts';

export type ApplyRequest = {
  cluster: string;
  namespace: string;
  dryRun: boolean;
  force?: boolean | undefined;
  fieldManager: string;
};

export type FileResult = ApplyResult & { readonly file: string };

/** One request for each file, in order, so that every result knows its file. */
export async function applyManifests(
  context: CliContext,
  files: readonly ManifestFile[],
  request: ApplyRequest,
): Promise<FileResult[]> {
  const { cluster, namespace, dryRun, force, fieldManager } = request;
  const results: FileResult[] = [];
  for (const { path, text } of files) {
    const answer = await context
      .api()
      .call(routes.applyManifests, {
        params: { cluster },
        body: { manifests: text, namespace, fieldManager, dryRun, ...withoutUndefined({ force }) },
      })
      .catch((error: unknown) => {
        throw error instanceof AppError && error.kind === 'invalid'
          ? new AppError('invalid', error.code, `${path}: ${error.message}`, {
              details: error.details,
              extra: error.extra,
            })
          : error;
      });
    for (const result of answer.results) results.push({ ...result, file: path });
  }
  return results;
}

/** `deployment.apps/web`, or where an unreadable document stands. */
export function resultLabel({ ref, file, index }: FileResult): string {
  if (!ref) return `document ${index + 1} of ${file}`;
  const group = ref.apiVersion.includes('/') ? `.${ref.apiVersion.split('/')[0]}` : '';
  return `${ref.kind.toLowerCase()}${group}/${ref.name}`;
}

/** What failed about one document and what to do, on standard error; gives its kind. */
export function reportFailedDocument(context: CliContext, result: FileResult): ErrorKind {
  const { error } = result;
  context.error(`${resultLabel(result)}: ${error?.detail ?? 'it was not applied'}`);
  for (const { manager, field } of conflictsOf({ extra: { conflicts: error?.conflicts } }))
    context.note(`  ${field} is owned by ${manager}`);
  for (const { pointer, message } of error?.details ?? []) context.note(`  ${pointer}: ${message}`);
  if (error?.code === 'field_conflict')
    context.note('  next: take the fields over with --force-conflicts, or leave them out of the file');
  return errorKinds.find((kind) => kind === error?.kind) ?? 'internal';
}
