import { type Dirent, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '@pilothouse/core';
import type { CliContext } from '../../runtime/cli-context.ts';
import { readAllInput, readTextFile } from '../../runtime/secret-input.ts';
import { usageError } from '../../runtime/usage-error.ts';

export type ManifestFile = { readonly path: string; readonly text: string };

const extensions = /\.(ya?ml|json)$/i;

/** The files behind -f, in the order given, folders by name; `-` is standard input. */
export async function readManifestFiles(
  context: CliContext,
  options: { filename: readonly string[]; recursive?: boolean },
): Promise<ManifestFile[]> {
  const files: ManifestFile[] = [];
  for (const path of options.filename) {
    if (path === '-') files.push({ path: 'standard input', text: await readAllInput(context.io) });
    else
      for (const file of filesOf(path, options.recursive === true))
        files.push({ path: file, text: readTextFile(file, 'the file') });
  }
  if (files.every(({ text }) => text.trim() === '')) throw usageError('There is nothing in what -f names.');
  return files.filter(({ text }) => text.trim() !== '');
}

function filesOf(path: string, recursive: boolean): string[] {
  if (!existsSync(path)) throw new AppError('invalid', 'invalid_usage', `There is no file or folder ${path}.`);
  if (!statSync(path).isDirectory()) return [path];
  const files = readdirSync(path, { withFileTypes: true, recursive })
    .filter((entry: Dirent) => entry.isFile() && extensions.test(entry.name))
    .map((entry: Dirent) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0)
    throw usageError(
      `The folder ${path} holds no .yaml, .yml or .json file.`,
      recursive ? undefined : '-R looks into its folders too',
    );
  return files;
}
