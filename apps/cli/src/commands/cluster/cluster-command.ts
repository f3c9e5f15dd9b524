import { type Command, Option } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { addGrantOptions } from '../role/grant-options.ts';
import { confirmOption, outputOption, repeatable, wholeNumber } from '../shared-options.ts';

const tableOutput = () => outputOption(['table', 'wide', 'json', 'yaml', 'name']);

export function addClusterCommand(program: Command): void {
  const cluster = program
    .command('cluster')
    .alias('clusters')
    .summary('the clusters')
    .description('Registers clusters and looks after their connections. A cluster is named by its name or id.');
  cluster
    .command('list')
    .alias('ls')
    .summary('list them')
    .option('-l, --selector <labels>', 'by label')
    .option('-q, --query <text>', 'in the name')
    .option('--state <state>', 'pending, connected, degraded, unreachable, unauthorized')
    .addOption(tableOutput())
    .action(lazily(async () => (await import('./list-clusters.ts')).printClusters));
  cluster
    .command('get')
    .summary('one cluster')
    .argument('<cluster>', 'its name')
    .addOption(outputOption(['text', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./print-cluster.ts')).printCluster));
  addAddCommand(cluster);
  addCareCommands(cluster);
  addShareCommands(cluster);
}

function addAddCommand(cluster: Command): void {
  addAccessOptions(cluster.command('add'))
    .summary('register one')
    .description(
      'Registers a cluster after testing the connection. Without options it offers the contexts of your kubeconfig.',
    )
    .argument('[name]', 'what to call it; else the name of the context')
    .option('--all-contexts', 'every context of the kubeconfig')
    .option('--label <key=value>', 'a label; may be given several times', repeatable)
    .option('--default', 'make it the default')
    .option('--force', 'register it even when the test fails')
    .addOption(outputOption(['text', 'json', 'yaml', 'name']))
    .addHelpText(
      'after',
      `
Examples:
  pilothouse cluster add                                   # pick from ~/.kube/config
  pilothouse cluster add prod --kubeconfig prod.yaml --context admin@prod
  pilothouse cluster add edge --api-server https://10.0.0.5:6443 --ca ca.pem --token-file token
  pilothouse cluster add demo --simulated`,
    )
    .action(lazily(async () => (await import('./add-clusters.ts')).addClusters));
}

/** Every way in: each set of options is one access type of the contract. */
function addAccessOptions(command: Command): Command {
  return command
    .option('--kubeconfig <path>', 'a kubeconfig file, - for standard input; else KUBECONFIG or ~/.kube/config')
    .option('--context <name>', 'one of its contexts; else the current one')
    .option('--api-server <url>', 'the cluster’s address, for the ways below')
    .option('--ca <path>', 'PEM file of the authority that signed its certificate')
    .option('--tls-server-name <name>', 'the name its certificate is for')
    .option('--insecure-skip-tls-verify', 'do not check its certificate')
    .option('--token <token>', 'a bearer token')
    .option('--token-file <path>', 'a file with a bearer token; - for standard input')
    .option('--service-account', 'the token is a service account’s')
    .option('--client-certificate <path>', 'PEM file')
    .option('--client-key <path>', 'PEM file')
    .option('--oidc-issuer <url>', 'an OIDC identity provider')
    .option('--oidc-client-id <id>', 'our client id there')
    .option('--oidc-client-secret-file <path>', 'a file with its secret')
    .option('--oidc-refresh-token-file <path>', 'a file with the refresh token')
    .option('--in-cluster', 'the cluster that the server runs in')
    .option('--simulated', 'a simulated cluster that the server runs')
    .addOption(
      new Option('--profile <profile>', 'what the simulated cluster holds').choices(['shop', 'staging', 'empty']),
    )
    .option('--allow-private-address', 'administrators: also loopback and link-local addresses');
}

function addCareCommands(cluster: Command): void {
  cluster
    .command('test')
    .summary('test the connection now, step by step')
    .argument('<cluster>', 'its name')
    .addOption(outputOption(['text', 'json', 'yaml']))
    .action(lazily(async () => (await import('./test-cluster.ts')).testCluster));
  addAccessOptions(cluster.command('rotate'))
    .summary('replace the credentials')
    .argument('<cluster>', 'its name')
    .option('--force', 'even when the test fails')
    .action(lazily(async () => (await import('./rotate-credentials.ts')).rotateCredentials));
  cluster
    .command('rename')
    .summary('give it another name')
    .argument('<cluster>', 'its name now')
    .argument('<name>', 'its new name')
    .action(lazily(async () => (await import('./change-cluster.ts')).renameCluster));
  cluster
    .command('label')
    .summary('set or remove labels')
    .argument('<cluster>', 'its name')
    .argument('<label...>', 'key=value, or key- to remove it')
    .action(lazily(async () => (await import('./change-cluster.ts')).labelCluster));
  cluster
    .command('default')
    .summary('make it the default for everybody')
    .argument('<cluster>', 'its name')
    .action(lazily(async () => (await import('./change-cluster.ts')).makeDefault));
  cluster
    .command('rm')
    .summary('forget it; nothing on it is touched')
    .argument('<cluster...>', 'their names')
    .addOption(confirmOption())
    .action(lazily(async () => (await import('./change-cluster.ts')).removeClusters));
  cluster
    .command('log')
    .summary('how its connection went')
    .argument('<cluster>', 'its name')
    .option('--limit <n>', 'at most n', wholeNumber(1), 50)
    .addOption(outputOption(['table', 'json', 'yaml']))
    .action(lazily(async () => (await import('./connection-log.ts')).printConnectionLog));
}

function addShareCommands(cluster: Command): void {
  addGrantOptions(cluster.command('share'))
    .summary('give a user a role on it')
    .argument('<cluster>', 'its name')
    .argument('<user>', 'e-mail address or id')
    .argument('<role>', 'viewer, operator or admin')
    .action(lazily(async () => (await import('./cluster-shares.ts')).shareCluster));
  cluster
    .command('shares')
    .summary('who has which role on it')
    .argument('<cluster>', 'its name')
    .addOption(outputOption(['table', 'json', 'yaml', 'name']))
    .action(lazily(async () => (await import('./cluster-shares.ts')).listShares));
  cluster
    .command('unshare')
    .summary('take a role back')
    .argument('<cluster>', 'its name')
    .argument('<user-or-id>', 'the user, or the id of the share')
    .action(lazily(async () => (await import('./cluster-shares.ts')).unshareCluster));
}
