import { join } from 'node:path';
import { root, run, tools } from './run-command.ts';

// The server, the CLI and the packages run from their TypeScript sources (type stripping); only the web app is built.
const { code } = await run(tools.vite, ['build'], { cwd: join(root, 'apps/web') });
process.exitCode = code;
