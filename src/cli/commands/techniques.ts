import type { Command } from 'commander';
import { DEFAULT_TECHNIQUE } from '../../plugins/create-technique.js';
import { openTechniques } from '../open-techniques.js';
import { print, printData } from '../terminal.js';

export function defineTechniques(command: Command): void {
  command.option('--json', 'as JSON', false).action(async ({ json }: { readonly json: boolean }) => {
    const techniques = [...(await openTechniques()).values()];
    if (json) {
      const listed = techniques.map(({ name, description, options }) => ({ name, description, options }));
      printData(JSON.stringify({ default: DEFAULT_TECHNIQUE, techniques: listed }, null, 2));
      return;
    }
    const width = Math.max(...techniques.map(({ name }) => name.length));
    print(`${'default'.padEnd(width)}  what a search takes unless told: ${DEFAULT_TECHNIQUE}`);
    for (const { name, description, options } of techniques) {
      print(`${name.padEnd(width)}  ${description}`);
      for (const [option, spec] of Object.entries(options)) {
        const choices = spec.choices === undefined ? '' : ` (${spec.choices.join(', ')})`;
        print(`${' '.repeat(width + 4)}${option}=${spec.default}  ${spec.description}${choices}`);
      }
    }
  });
}
