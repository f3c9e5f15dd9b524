import type { ErrorKind } from '@pilothouse/core';
import { jsonText } from '../../output/json-text.ts';
import { terminalText } from '../../output/terminal-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { chooseCluster } from '../../runtime/cluster-choice.ts';
import { exitCodeOfMany } from '../../runtime/exit-code.ts';
import { chooseNamespace } from '../../runtime/namespace-choice.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { applyManifests, type FileResult, reportFailedDocument, resultLabel } from './apply-manifests.ts';
import { readManifestFiles } from './manifest-files.ts';

type ApplyOptions = {
  filename: string[];
  recursive?: boolean;
  cluster?: string;
  namespace?: string;
  dryRun?: 'server' | 'none' | 'client';
  forceConflicts?: boolean;
  fieldManager: string;
  serverSide?: boolean;
  output: 'text' | 'json' | 'yaml' | 'name';
};

export async function applyFiles(context: CliContext, options: ApplyOptions): Promise<number> {
  if (options.serverSide === false)
    throw usageError('Pilothouse applies on the server side only.', 'leave --server-side=false out');
  if (options.dryRun === 'client')
    throw usageError('A dry run asks the cluster, which knows better than a client.', 'use --dry-run=server');
  const files = await readManifestFiles(context, options);
  const dryRun = options.dryRun === 'server';
  const results = await applyManifests(context, files, {
    cluster: await chooseCluster(context, options.cluster),
    namespace: chooseNamespace(context, options),
    dryRun,
    force: options.forceConflicts,
    fieldManager: options.fieldManager,
  });
  const failures = await printResults(context, results, { output: options.output, dryRun });
  return exitCodeOfMany(failures, results.length);
}

async function printResults(
  context: CliContext,
  results: readonly FileResult[],
  { output, dryRun }: { output: ApplyOptions['output']; dryRun: boolean },
) {
  const failures: ErrorKind[] = [];
  if (output === 'json') await context.print(jsonText({ results }));
  if (output === 'yaml') await context.print(yamlText({ results }));
  for (const result of results) {
    for (const warning of result.warnings) context.warn(`${resultLabel(result)}: ${warning}`);
    if (result.action === 'failed') failures.push(reportFailedDocument(context, result));
    else if (output === 'name') await context.print(`${terminalText(resultLabel(result))}\n`);
    else if (output === 'text')
      await context.print(`${terminalText(resultLabel(result))} ${outcomeText(result)}${dryRun ? ' (dry run)' : ''}\n`);
  }
  return failures;
}

function outcomeText({ action, changes }: FileResult): string {
  if (action !== 'configured' || changes.length === 0) return action;
  return `${action} (${changes.length} ${changes.length === 1 ? 'field' : 'fields'})`;
}
