import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { outputOption } from '../shared-options.ts';
import { addGrantOptions } from './grant-options.ts';

export function addRoleCommand(program: Command): void {
  const role = program
    .command('role')
    .summary('who may do what (administrators)')
    .description(
      'Roles on the whole installation or on one cluster: viewer, operator, admin, each including the one before it.',
    );
  addGrantOptions(role.command('grant'))
    .summary('give a user a role')
    .argument('<user>', 'e-mail address or id')
    .argument('<role>', 'viewer, operator or admin')
    .option('-c, --cluster <name>', 'on this cluster only; else everywhere')
    .addOption(outputOption(['text', 'json', 'yaml']))
    .action(lazily(async () => (await import('./role-bindings.ts')).grantRole));
  role
    .command('revoke')
    .summary('take a role back')
    .argument('<user-or-id>', 'the user, or the id of the grant')
    .argument('[role]', 'of a user: which role')
    .option('-c, --cluster <name>', 'the one on this cluster')
    .action(lazily(async () => (await import('./role-bindings.ts')).revokeRole));
  role
    .command('list')
    .alias('ls')
    .summary('list them')
    .addOption(new Option('--user <user>', 'of one user'))
    .addOption(outputOption(['table', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./role-bindings.ts')).listRoles));
}
