import { Argument, type Command } from 'commander';
import { lazily } from '../../runtime/lazy-action.ts';

export function addCompletionCommand(program: Command): void {
  program
    .command('completion')
    .summary('completion for your shell')
    .description('Prints a script that completes commands, options, clusters, kinds, namespaces and names with Tab.')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
Set it up once:
  bash:  echo 'source <(pilothouse completion bash)' >> ~/.bashrc
  zsh:   echo 'source <(pilothouse completion zsh)' >> ~/.zshrc
  fish:  pilothouse completion fish > ~/.config/fish/completions/pilothouse.fish`,
    )
    .action(lazily(async () => (await import('./completion-script.ts')).printCompletionScript));
  program
    .command('__complete', { hidden: true })
    .argument('[words...]', 'what was typed so far, the last word being completed')
    .allowUnknownOption()
    .helpOption(false)
    .action(lazily(async () => (await import('./print-candidates.ts')).printCandidates));
}
