import type { PersonalToken } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import { ageOf, humanDuration } from '../../output/age.ts';
import { jsonText } from '../../output/json-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { usageError } from '../../runtime/usage-error.ts';
import { printRecords } from '../print-records.ts';

type CreateOptions = { scope: 'read' | 'write'; expiresIn: number; output: 'text' | 'json' | 'yaml' };

export async function createToken(context: CliContext, options: CreateOptions, name: string): Promise<number> {
  const { scope, expiresIn } = options;
  const created = await context.api().call(routes.createToken, { body: { name, scope, expiresInDays: expiresIn } });
  if (options.output === 'json') await context.print(jsonText(created));
  else if (options.output === 'yaml') await context.print(yamlText(created));
  else {
    context.note(`Token "${name}", until ${created.token.expiresAt ?? 'revoked'}. It is shown only now:`);
    await context.print(`${created.value}\n`);
  }
  return 0;
}

export async function listTokens(context: CliContext, options: { output: string }): Promise<number> {
  const now = context.io.now();
  const { items } = await context.api().call(routes.myTokens);
  await printRecords(context, items, {
    columns: [
      { label: 'NAME', text: (token) => token.name },
      { label: 'PREFIX', text: (token) => token.prefix },
      { label: 'SCOPE', text: (token) => token.scope },
      { label: 'AGE', text: (token) => ageOf(token.createdAt, now) },
      { label: 'LAST USED', text: (token) => (token.lastUsedAt ? `${ageOf(token.lastUsedAt, now)} ago` : 'never') },
      { label: 'ENDS', text: (token) => endText(token, now) },
      { label: 'ID', text: (token) => token.id },
    ],
    output: options.output,
    name: (token) => token.id,
    none: 'No tokens.',
  });
  return 0;
}

function endText({ expiresAt }: PersonalToken, now: number): string {
  if (!expiresAt) return 'never';
  const left = Date.parse(expiresAt) - now;
  return left < 0 ? 'ended' : `in ${humanDuration(left)}`;
}

export async function removeToken(context: CliContext, _options: object, wanted: string): Promise<number> {
  const { items } = await context.api().call(routes.myTokens);
  const matches = items.filter(({ id, name, prefix }) => id === wanted || name === wanted || prefix === wanted);
  const [token, ...others] = matches;
  if (!token)
    throw new AppError('not-found', 'not_found', `You have no token "${wanted}".`, {
      extra: { next: '`pilothouse token list` shows them' },
    });
  if (others.length > 0)
    throw usageError(
      `${matches.length} tokens are called "${wanted}".`,
      `give the id: ${matches.map(({ id }) => id).join(', ')}`,
    );
  await context.api().call(routes.deleteToken, { params: { id: token.id } });
  context.note(`Token "${token.name}" revoked.`);
  return 0;
}
