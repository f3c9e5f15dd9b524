import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, tools } from './run-command.ts';

const chromium = process.env.PILOTHOUSE_CHROMIUM ?? '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.error(
    `No Chromium at ${chromium}: install it (Debian: apt-get install chromium) or set PILOTHOUSE_CHROMIUM.`,
  );
  process.exit(1);
}
const built = await run(tools.vite, ['build', '--logLevel', 'warn'], { cwd: join(root, 'apps/web') });
if (built.code !== 0) process.exit(built.code);
const { code } = await run(tools.vitest, ['run', '--config', 'e2e/vitest.config.ts', ...process.argv.slice(2)], {
  env: { PILOTHOUSE_CHROMIUM: chromium },
});
process.exitCode = code;
