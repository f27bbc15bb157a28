import type { Command } from 'commander';
import { openTechniques } from '../open-techniques.js';
import { print } from '../terminal.js';

export function defineTechniques(command: Command): void {
  command.action(async () => {
    const techniques = [...(await openTechniques()).values()];
    const width = Math.max(...techniques.map(({ name }) => name.length));
    for (const { name, description, options } of techniques) {
      print(`${name.padEnd(width)}  ${description}`);
      for (const [option, spec] of Object.entries(options)) {
        const choices = spec.choices === undefined ? '' : ` (${spec.choices.join(', ')})`;
        print(`${' '.repeat(width + 4)}${option}=${spec.default}  ${spec.description}${choices}`);
      }
    }
  });
}
