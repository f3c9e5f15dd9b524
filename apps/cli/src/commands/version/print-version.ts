import { routeTable as routes } from '@pilothouse/contract/client';
import { jsonText } from '../../output/json-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { version } from '../../version.ts';

export async function printVersion(
  context: CliContext,
  options: { client?: boolean; output: 'text' | 'json' | 'yaml' },
): Promise<number> {
  const server = options.client ? undefined : await context.api().call(routes.me);
  const versions = { client: version, ...(server ? { server: server.version } : {}) };
  if (options.output === 'json') await context.print(jsonText(versions));
  else if (options.output === 'yaml') await context.print(yamlText(versions));
  else
    await context.print(
      Object.entries(versions)
        .map(([name, each]) => `${name}: ${each}\n`)
        .join(''),
    );
  return 0;
}
