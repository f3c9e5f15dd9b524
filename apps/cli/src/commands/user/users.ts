import { randomBytes } from 'node:crypto';
import type { User } from '@pilothouse/contract';
import { routeTable as routes } from '@pilothouse/contract/client';
import { AppError } from '@pilothouse/core';
import { ageOf } from '../../output/age.ts';
import { jsonText } from '../../output/json-text.ts';
import { yamlText } from '../../output/yaml-text.ts';
import { allPages } from '../../runtime/all-pages.ts';
import type { CliContext } from '../../runtime/cli-context.ts';
import { exitCode } from '../../runtime/exit-code.ts';
import { confirm, readAllInput, readTextFile } from '../../runtime/secret-input.ts';
import { printRecords } from '../print-records.ts';

export async function listUsers(context: CliContext, options: { query?: string; output: string }): Promise<number> {
  const now = context.io.now();
  await printRecords(context, await readUsers(context, options.query), {
    columns: [
      { label: 'EMAIL', text: (user) => user.email },
      { label: 'NAME', text: (user) => user.name },
      { label: 'STATE', text: (user) => (user.disabled ? 'disabled' : 'enabled') },
      { label: 'LAST SEEN', text: (user) => (user.lastSeenAt ? `${ageOf(user.lastSeenAt, now)} ago` : 'never') },
      { label: 'AGE', text: (user) => ageOf(user.createdAt, now) },
      { label: 'ID', text: (user) => user.id },
    ],
    output: options.output,
    name: (user) => user.email,
    none: 'No users.',
  });
  return 0;
}

function readUsers(context: CliContext, q?: string): Promise<User[]> {
  return allPages((cursor) =>
    context
      .api()
      .call(routes.listUsers, { query: { limit: 1000, ...(q ? { q } : {}), ...(cursor ? { cursor } : {}) } }),
  );
}

export async function findUser(context: CliContext, wanted: string): Promise<User> {
  const user = (await readUsers(context)).find(
    ({ id, email }) => id === wanted || email.toLowerCase() === wanted.toLowerCase(),
  );
  if (user) return user;
  throw new AppError('not-found', 'not_found', `There is no user ${wanted}.`, {
    extra: { next: '`pilothouse user list` shows them' },
  });
}

type AddOptions = { name?: string; passwordFile?: string; output: 'text' | 'json' | 'yaml' };

export async function addUser(context: CliContext, options: AddOptions, email: string): Promise<number> {
  const given = await givenPassword(context, options.passwordFile);
  const password = given ?? randomBytes(18).toString('base64url');
  const name = options.name ?? email.split('@')[0] ?? email;
  const user = await context.api().call(routes.createUser, { body: { email, name, password } });
  if (options.output === 'json') await context.print(jsonText({ user, ...(given ? {} : { password }) }));
  else if (options.output === 'yaml') await context.print(yamlText({ user, ...(given ? {} : { password }) }));
  else {
    context.note(`User ${user.email} added.${given ? '' : ' The first password is shown only now:'}`);
    if (!given) await context.print(`${password}\n`);
  }
  return 0;
}

async function givenPassword(context: CliContext, path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const text = path === '-' ? await readAllInput(context.io) : readTextFile(path, 'the password file');
  return text.replace(/\r?\n$/, '');
}

export const disableUser = (context: CliContext, _options: object, wanted: string) =>
  setDisabled(context, wanted, true);
export const enableUser = (context: CliContext, _options: object, wanted: string) =>
  setDisabled(context, wanted, false);

async function setDisabled(context: CliContext, wanted: string, disabled: boolean): Promise<number> {
  const { id } = await findUser(context, wanted);
  const user = await context.api().call(routes.updateUser, { params: { id }, body: { disabled } });
  context.note(`User ${user.email} ${disabled ? 'disabled' : 'enabled'}.`);
  return 0;
}

export async function removeUser(context: CliContext, options: { yes?: boolean }, wanted: string): Promise<number> {
  const user = await findUser(context, wanted);
  if (
    !options.yes &&
    context.io.stdin.isTTY &&
    !(await confirm(context, `Remove ${user.email} with all sessions, tokens and roles?`))
  )
    return exitCode('no');
  await context.api().call(routes.deleteUser, { params: { id: user.id } });
  context.note(`User ${user.email} removed.`);
  return 0;
}
