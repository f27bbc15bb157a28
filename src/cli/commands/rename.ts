import type { Command } from 'commander';
import { renameStudy } from '../../store/edit-studies.js';
import { readName } from '../read-values.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { print, printData } from '../terminal.js';

const EXAMPLE = `
Example:
  supersam rename s.db:study first-try`;

export function defineRename(command: Command): void {
  addStudyArgument(command)
    .argument('<name>', 'the new one, within the same database', readName)
    .option('--json', 'print what was renamed as JSON', false)
    .addHelpText('after', EXAMPLE)
    .action((db: string, to: string, { study, json }: { readonly study?: string; readonly json: boolean }) => {
      const { path, record } = readStudyRecord(db, study);
      const { name } = record.definition;
      renameStudy(path, name, to);
      if (json) printData(JSON.stringify({ db: path, study: to, was: name }));
      else print(`${path}: study "${name}" is "${to}"`);
    });
}
