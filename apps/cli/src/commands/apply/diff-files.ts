import type { ErrorKind } from '@pilothouse/core';
import { terminalLines } from '../../output/terminal-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { chooseCluster } from '../../runtime/cluster-choice.ts';
import { exitCode, exitCodeOfMany } from '../../runtime/exit-code.ts';
import { chooseNamespace } from '../../runtime/namespace-choice.ts';
import { applyManifests, reportFailedDocument, resultLabel } from './apply-manifests.ts';
import { unifiedDiff } from './line-diff.ts';
import { readManifestFiles } from './manifest-files.ts';

type DiffOptions = {
  filename: string[];
  recursive?: boolean;
  cluster?: string;
  namespace?: string;
  forceConflicts?: boolean;
  fieldManager: string;
};

/** Exit code 0 for no difference, 1 for some, above for a failure, as kubectl and diff have it. */
export async function diffFiles(context: CliContext, options: DiffOptions): Promise<number> {
  const files = await readManifestFiles(context, options);
  const results = await applyManifests(context, files, {
    cluster: await chooseCluster(context, options.cluster),
    namespace: chooseNamespace(context, options),
    dryRun: true,
    force: options.forceConflicts,
    fieldManager: options.fieldManager,
  });
  const failures: ErrorKind[] = [];
  let differs = false;
  for (const result of results) {
    for (const warning of result.warnings) context.warn(`${resultLabel(result)}: ${warning}`);
    if (result.action === 'failed') failures.push(reportFailedDocument(context, result));
    const diff = unifiedDiff(result.before ?? '', result.after ?? '', {
      name: resultLabel(result),
      isNew: result.action === 'created',
    });
    if (diff === '' || result.action === 'failed') continue;
    differs = true;
    await context.print(paintDiff(context, diff));
  }
  if (failures.length > 0) return exitCodeOfMany(failures, results.length);
  return exitCode(differs ? 'no' : 'ok');
}

function paintDiff(context: CliContext, diff: string): string {
  const safe = context.io.stdout.isTTY ? terminalLines(diff) : diff;
  return safe
    .split('\n')
    .map((line) => {
      if (line.startsWith('+++') || line.startsWith('---')) return context.style('bold', line);
      if (line.startsWith('@@')) return context.style('cyan', line);
      if (line.startsWith('+')) return context.style('green', line);
      return line.startsWith('-') ? context.style('red', line) : line;
    })
    .join('\n');
}
