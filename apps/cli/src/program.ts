import { Command } from 'commander';
import { version } from './version.ts';

type AddCommand = (program: Command) => void;

/** Every command by its first word; each folder is loaded only when its word is typed, or when all of them are to be shown. */
export const commandFolders: Readonly<Record<string, () => Promise<AddCommand>>> = {
  start: async () => (await import('./commands/start/start-command.ts')).addStartCommand,
  login: async () => (await import('./commands/login/login-command.ts')).addLoginCommand,
  logout: async () => (await import('./commands/login/logout-command.ts')).addLogoutCommand,
  whoami: async () => (await import('./commands/login/whoami-command.ts')).addWhoamiCommand,
  use: async () => (await import('./commands/use/use-command.ts')).addUseCommand,
  cluster: async () => (await import('./commands/cluster/cluster-command.ts')).addClusterCommand,
  get: async () => (await import('./commands/get/get-command.ts')).addGetCommand,
  describe: async () => (await import('./commands/describe/describe-command.ts')).addDescribeCommand,
  events: async () => (await import('./commands/events/events-command.ts')).addEventsCommand,
  logs: async () => (await import('./commands/logs/logs-command.ts')).addLogsCommand,
  exec: async () => (await import('./commands/exec/exec-command.ts')).addExecCommand,
  apply: async () => (await import('./commands/apply/apply-command.ts')).addApplyCommand,
  diff: async () => (await import('./commands/apply/diff-command.ts')).addDiffCommand,
  scale: async () => (await import('./commands/scale/scale-command.ts')).addScaleCommand,
  restart: async () => (await import('./commands/scale/restart-command.ts')).addRestartCommand,
  delete: async () => (await import('./commands/delete/delete-command.ts')).addDeleteCommand,
  kinds: async () => (await import('./commands/kinds/kinds-command.ts')).addKindsCommand,
  user: async () => (await import('./commands/user/user-command.ts')).addUserCommand,
  role: async () => (await import('./commands/role/role-command.ts')).addRoleCommand,
  token: async () => (await import('./commands/token/token-command.ts')).addTokenCommand,
  audit: async () => (await import('./commands/audit/audit-command.ts')).addAuditCommand,
  completion: async () => (await import('./commands/completion/completion-command.ts')).addCompletionCommand,
  version: async () => (await import('./commands/version/version-command.ts')).addVersionCommand,
};

/** Other words for a command; looked up before the folders. */
const aliases: Readonly<Record<string, string>> = {
  'api-resources': 'kinds',
  clusters: 'cluster',
  __complete: 'completion',
};

/** The program with the one command that `args` start with, or with all of them. */
export async function createProgram(args: readonly string[]): Promise<Command> {
  const program = new Command('pilothouse')
    .description('See and operate Kubernetes clusters through a Pilothouse server.')
    .option(
      '--server <url>',
      'the Pilothouse server; else PILOTHOUSE_SERVER, the last login, or the one on this machine',
    )
    .option('--no-color', 'no colours, as with NO_COLOR')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'explain a command')
    .configureHelp({ helpWidth: 100 })
    .showSuggestionAfterError()
    .exitOverride();
  const word = args[0] ?? '';
  const only = commandFolders[aliases[word] ?? word];
  const folders = only ? [only] : Object.values(commandFolders);
  for (const add of await Promise.all(folders.map((load) => load()))) add(program);
  return program;
}
