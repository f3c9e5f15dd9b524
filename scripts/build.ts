import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referencePages } from './reference/reference-pages.ts';
import { root, run, tools } from './run-command.ts';

// The server, the CLI and the packages run from their TypeScript sources (type stripping); only the web app and the reference pages are built.
for (const [file, text] of Object.entries(referencePages())) writeFileSync(join(root, 'docs/reference', file), text);
const { code } = await run(tools.vite, ['build'], { cwd: join(root, 'apps/web') });
process.exitCode = code;
