import type { Command } from 'commander';
import { backUp } from '../../store/examine.js';
import { print, printData } from '../terminal.js';

const EXAMPLE = `
The copy is of one moment and one file, with every study, and is what it should be or is not there. Copying the file
itself while a search writes to it may give half a study: its newest trials lie in the -wal file beside it.

Example:
  supersam backup s.db backups/s-monday.db`;

export function defineBackup(command: Command): void {
  command
    .argument('<db>', 'database')
    .argument('<file>', 'to make')
    .option('--json', 'print what was copied as JSON', false)
    .addHelpText('after', EXAMPLE)
    .action((db: string, file: string, { json }: { readonly json: boolean }) => {
      const studies = backUp(db, file);
      if (json) printData(JSON.stringify({ db: file, studies, from: db }));
      else print(`${file}: ${studies} ${studies === 1 ? 'study' : 'studies'}`);
    });
}
