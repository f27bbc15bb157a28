import type { Command } from 'commander';
import { addNote } from '../../store/edit-studies.js';
import { readNatural } from '../read-number.js';
import { readName } from '../read-values.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { print, printData } from '../terminal.js';

const EXAMPLES = `
"supersam show" and the report show notes.

Examples:
  supersam note s.db "with the old compiler"
  supersam note s.db "the machine was busy" --trial 17`;

interface Options {
  readonly study?: string;
  readonly trial?: number;
  readonly json: boolean;
}

export function defineNote(command: Command): void {
  addStudyArgument(command)
    .argument('<text>', 'what to remember', readName)
    .option('--trial <number>', 'of this trial, not of the whole study', readNatural)
    .option('--json', 'print the notes of the study as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action((db: string, text: string, { study, trial, json }: Options) => {
      const { path, record } = readStudyRecord(db, study);
      const { name } = record.definition;
      addNote(path, name, text, trial);
      if (json) printData(JSON.stringify(readStudyRecord(path, name).record.notes, null, 2));
      else print(`noted on ${trial === undefined ? `study "${name}"` : `trial ${trial} of study "${name}"`}`);
    });
}
