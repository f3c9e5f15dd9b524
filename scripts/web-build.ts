import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, tools } from './run-command.ts';

/** What the built web app is made of: when one of these is newer than the build, it is built again. */
const sources = [
  'apps/web/src',
  'apps/web/public',
  'apps/web/index.html',
  'apps/web/vite.config.ts',
  'apps/web/package.json',
  'packages/contract/src',
  'packages/core/src',
  'package-lock.json',
];

export function webAppIsStale(folder = root): boolean {
  const built = join(folder, 'apps/web/dist/index.html');
  if (!existsSync(built)) return true;
  const builtAt = statSync(built).mtimeMs;
  return sources.some((source) => newestChange(join(folder, source)) > builtAt);
}

/** Milliseconds since the epoch; folders count too, as a file that was taken away changes only them. Tests are no part of the app. */
function newestChange(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  const entries = readdirSync(path).filter((name) => !name.includes('.test.'));
  return Math.max(stat.mtimeMs, ...entries.map((name) => newestChange(join(path, name))));
}

/** Builds the web app when it is missing or older than its sources; false when that failed. */
export async function ensureWebApp(): Promise<boolean> {
  if (!webAppIsStale()) return true;
  console.error('Building the web app (a few seconds, only when its sources changed)…');
  const { code } = await run(tools.vite, ['build', '--logLevel', 'warn'], { cwd: join(root, 'apps/web') });
  return code === 0;
}
