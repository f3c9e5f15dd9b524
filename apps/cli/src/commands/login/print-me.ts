import { routeTable as routes } from '@pilothouse/contract/client';
import { jsonText } from '../../output/json-text.ts';
import { terminalText } from '../../output/terminal-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { factLines } from '../describe/description-text.ts';

export async function printMe(
  context: CliContext,
  options: { output: 'text' | 'json' | 'yaml' | 'name' },
): Promise<number> {
  const me = await context.api().call(routes.me);
  if (options.output === 'json') await context.print(jsonText(me));
  else if (options.output === 'yaml') await context.print(yamlText(me));
  else if (options.output === 'name') await context.print(`${terminalText(me.user.email)}\n`);
  else {
    const { url, from, saved } = context.server();
    const roles = me.roleBindings.map(
      ({ role, cluster, namespaces, expiresAt }) =>
        `${role} on ${cluster ?? 'everything'}${namespaces ? ` in ${namespaces.join(', ')}` : ''}${expiresAt ? ` until ${expiresAt}` : ''}`,
    );
    await context.print(
      factLines([
        ['User', `${me.user.name} <${me.user.email}>`],
        ['Server', `${url} (${sourceText[from]}), version ${me.version}${me.localMode ? ', local mode' : ''}`],
        [
          'Signed in by',
          { session: 'session', token: 'personal token', local: 'the token file of local mode' }[me.principal],
        ],
        ['Roles', roles.length > 0 ? roles : 'none yet'],
        ['Cluster', context.io.env.PILOTHOUSE_CLUSTER ?? saved.cluster ?? 'the server’s default'],
        ['Namespace', context.io.env.PILOTHOUSE_NAMESPACE ?? saved.namespace ?? 'default'],
      ]),
    );
  }
  return 0;
}

const sourceText = {
  flag: 'from --server',
  environment: 'from PILOTHOUSE_SERVER',
  login: 'from the last login',
  local: 'on this machine',
};
