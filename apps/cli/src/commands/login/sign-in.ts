import { hostname } from 'node:os';
import { createApiClient, routeTable as routes } from '@pilothouse/contract/client';
import type { CliContext } from '../../runtime/cli-context.ts';
import { readLocalServer } from '../../runtime/local-server.ts';
import { readSavedConfig, type SavedServer, writeSavedConfig } from '../../runtime/saved-config.ts';
import { ask, readAllInput, readTextFile, readTokenFile } from '../../runtime/secret-input.ts';
import { serverUrl } from '../../runtime/server-url.ts';
import { usageError } from '../../runtime/usage-error.ts';

type LoginOptions = { email?: string; passwordFile?: string; token?: string; tokenFile?: string };

export async function signIn(context: CliContext, options: LoginOptions, address?: string): Promise<number> {
  const { env } = context.io;
  const local = readLocalServer(env);
  const named = address ?? context.globals.server ?? env.PILOTHOUSE_SERVER;
  const url = named ? serverUrl(named) : (local?.url ?? (await askForServer(context)));
  const given = await givenToken(context, options);
  const isLocal = local?.url === url && !given && !options.email;
  const login: SavedServer = isLocal
    ? {}
    : given
      ? await checkToken(context, url, given)
      : await makeToken(context, url, options);
  if (isLocal) await checkToken(context, url, local.token);
  const config = readSavedConfig(env);
  const { cluster, namespace } = config.servers[url] ?? {};
  config.servers[url] = { ...login, ...(cluster ? { cluster } : {}), ...(namespace ? { namespace } : {}) };
  config.current = url;
  writeSavedConfig(env, config);
  context.note(
    isLocal
      ? `Using ${url}. It runs in local mode on this machine and needs no login.`
      : `Signed in to ${url} as ${login.user}.`,
  );
  return 0;
}

async function askForServer(context: CliContext): Promise<string> {
  if (!context.io.stdin.isTTY)
    throw usageError('Say which server.', '`pilothouse login https://pilothouse.example.com`');
  return serverUrl((await ask(context, 'Server: ')).trim());
}

async function givenToken(context: CliContext, { token, tokenFile }: LoginOptions): Promise<string | undefined> {
  if (token !== undefined && tokenFile !== undefined) throw usageError('Give one of --token and --token-file.');
  if (token !== undefined) return token;
  if (tokenFile === '-') return (await readAllInput(context.io)).trim();
  return tokenFile === undefined ? undefined : readTokenFile(tokenFile);
}

async function checkToken(context: CliContext, url: string, token: string): Promise<SavedServer> {
  const me = await clientOf(context, url, token).call(routes.me);
  return { token, user: me.user.email };
}

/** Signs in once and swaps the session for a personal token: it can be seen and revoked by name in the web UI too. */
async function makeToken(context: CliContext, url: string, options: LoginOptions): Promise<SavedServer> {
  const email = options.email ?? (await ask(context, 'E-mail: ')).trim();
  const password = await readPassword(context, options);
  const session = await clientOf(context, url).call(routes.signIn, { body: { email, password } });
  const client = clientOf(context, url, session.accessToken);
  const name = `pilothouse CLI on ${hostname()}`.slice(0, 100);
  const { token, value } = await client.call(routes.createToken, { body: { name, scope: 'write' } });
  await client.call(routes.signOut).catch(() => undefined);
  return { token: value, tokenId: token.id, user: session.user.email };
}

async function readPassword(context: CliContext, { passwordFile }: LoginOptions): Promise<string> {
  if (passwordFile === '-') return withoutLineEnd(await readAllInput(context.io));
  if (passwordFile !== undefined) return withoutLineEnd(readTextFile(passwordFile, 'the password file'));
  if (!context.io.stdin.isTTY)
    throw usageError('There is no terminal to ask for the password in.', 'use --password-file or --token-file');
  return ask(context, 'Password: ', { hidden: true });
}

const withoutLineEnd = (text: string) => text.replace(/\r?\n$/, '');

function clientOf(context: CliContext, url: string, token?: string) {
  return createApiClient({
    baseUrl: url,
    accessToken: async () => token,
    fetch: (input, init) => fetch(input, { ...init, signal: context.interrupted }),
  });
}
