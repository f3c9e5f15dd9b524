import type { Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';
import { wholeNumber } from '../shared-options.ts';

export function addStartCommand(program: Command): void {
  program
    .command('start')
    .summary('run a server')
    .description(
      'Runs a Pilothouse server until Ctrl-C. With --local it is for you alone: it listens on this machine only, prints a link that signs your browser in, and this tool needs no login. Any other option is handed to the server (docs/reference/config.md).',
    )
    .option('--local', 'local mode')
    .option('--port <port>', 'the port to listen on', wholeNumber(0))
    .option('--data <folder>', 'where the database and keys are')
    .option('--simulated-cluster', 'with a simulated cluster to look around in')
    .option('--open', 'open the browser, signed in')
    .argument('[more...]', 'options of the server')
    .allowUnknownOption()
    .action(lazily(async () => (await import('./start-server.ts')).startServer));
}
