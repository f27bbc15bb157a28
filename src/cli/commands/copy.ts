import type { Command } from 'commander';
import { UsageError } from '../../errors.js';
import { copyStudy } from '../../store/edit-studies.js';
import { readName } from '../read-values.js';
import { addStudyArgument, readStudyRecord, splitStudy } from '../stored-study.js';
import { print, printData } from '../terminal.js';

const EXAMPLES = `
The copy has everything: trials, technique state, events, notes. It goes on by "supersam search --resume" as the original
would. A study that is being written to is copied as it is at this moment.

Examples:
  supersam copy s.db other.db            # the same name in another file, which is made when it is not there
  supersam copy s.db:study s.db:trial-run`;

export function defineCopy(command: Command): void {
  addStudyArgument(command)
    .argument('<to>', 'DB or DB:STUDY', readName)
    .option('--json', 'print what was copied as JSON', false)
    .addHelpText('after', EXAMPLES)
    .action((db: string, to: string, { study, json }: { readonly study?: string; readonly json: boolean }) => {
      const { path, record } = readStudyRecord(db, study);
      const { name } = record.definition;
      const target = { name, ...splitStudy(to) };
      if (target.path.trim() === '') throw new UsageError(`"${to}" names no database`, { remedy: 'write DB:STUDY' });
      copyStudy({ path, name }, target);
      if (json) printData(JSON.stringify({ db: target.path, study: target.name, from: { db: path, study: name } }));
      else print(`${target.path}: study "${target.name}", ${record.finished.length} trials`);
    });
}
