import type { Command } from 'commander';
import { summariseStudy } from '../../analysis/study-summary.js';
import { StudyError } from '../../errors.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { print, printData, terminal } from '../terminal.js';
import { trialLine } from './show.js';

const EXAMPLES = `
With several objectives these are the trials of the front, by the first objective's value.

Examples:
  supersam best s.db
  supersam best s.db --json | jq '.[0].configuration' > best.json`;

export function defineBest(command: Command): void {
  addStudyArgument(command)
    .option('--json', 'as a JSON list, as always where standard output is no terminal', false)
    .addHelpText('after', EXAMPLES)
    .action((db: string, { study, json }: { readonly study?: string; readonly json: boolean }) => {
      const { path, record } = readStudyRecord(db, study);
      const { best, front, name } = summariseStudy(record, path);
      const found = best === null ? front : [best];
      if (json || !terminal.isOutput) printData(JSON.stringify(found, null, 2));
      else for (const trial of found) print(trialLine(trial));
      if (found.length === 0) {
        throw new StudyError('STUDY_WITHOUT_RESULT', `not one of the trials of study "${name}" is complete`, {
          exitCode: 3,
          remedy: 'see why by "supersam show"',
        });
      }
    });
}
