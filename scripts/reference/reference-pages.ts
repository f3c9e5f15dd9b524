import { AppError } from '@pilothouse/core';
import { cliReference } from '../../apps/cli/src/index.ts';
import { configReference } from '../../apps/server/src/platform/config/config-reference.ts';
import { problemOf } from '../../apps/server/src/platform/http/problem.ts';
import { apiReference } from './api-reference.ts';
import { errorReference } from './error-reference.ts';
import { permissionReference } from './permission-reference.ts';

/** The generated pages of docs/reference: file name to text. `npm run build` writes them; a test fails when one is stale. */
export function referencePages(): Record<string, string> {
  return {
    'api.md': apiReference(),
    'cli.md': cliReference(),
    'config.md': configReference(),
    'errors.md': errorReference((kind) => problemOf(new AppError(kind, 'any', ''), '').status),
    'permissions.md': permissionReference(),
  };
}
