import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion-script.js';
import { createProgram, loadCommands } from '../program.js';
import { printData } from '../terminal.js';

const EXAMPLES = `
Examples:
  source <(supersam completion bash)                                    # in ~/.bashrc
  source <(supersam completion zsh)                                     # in ~/.zshrc, after compinit
  supersam completion fish > ~/.config/fish/completions/supersam.fish`;

export function defineCompletion(command: Command): void {
  command
    .addArgument(new Argument('<shell>', 'which').choices(SHELLS))
    .addHelpText('after', EXAMPLES)
    .action(async (shell: Shell) => {
      const program = createProgram();
      await loadCommands(program);
      printData(completionScript(program, shell));
    });
}
