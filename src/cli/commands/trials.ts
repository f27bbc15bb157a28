import type { Command } from 'commander';
import { type TrialRecord, trialRecords } from '../../analysis/trial-record.js';
import { UsageError } from '../../errors.js';
import type { StudyRecord } from '../../store/study-record.js';
import { addStudyArgument, readStudyRecord } from '../stored-study.js';
import { note, print, printData, terminal } from '../terminal.js';
import { failureLines, trialLines, trialsCsv } from '../trial-table.js';

interface Options {
  readonly study?: string;
  readonly csv: boolean;
  readonly json: boolean;
  readonly where?: string;
}

const EXAMPLES = `
A condition is written as constraints are: over parameters, metrics, number, state, technique, seconds, failure.

Examples:
  supersam trials s.db --where "error < 0.2 && width in [64, 128]"
  supersam trials s.db --where "state == 'failed'" --json | jq -r '.[].failure.message'
  supersam trials s.db --csv > trials.csv`;

export function defineTrials(command: Command): void {
  addStudyArgument(command)
    .option('--csv', 'as CSV with every digit, as always where standard output is no terminal', false)
    .option('--json', 'as a JSON list, with metrics, times and failures', false)
    .option('--where <expression>', 'only the trials that meet it')
    .addHelpText('after', EXAMPLES)
    .action(async (db: string, { study: name, csv, json, where }: Options) => {
      if (csv && json) throw new UsageError('--csv and --json are two formats', { remedy: 'give one of them' });
      const { record } = readStudyRecord(db, name);
      const all = trialRecords(record);
      // The language of conditions is a good part of what there is to load.
      const chosen =
        where === undefined ? all : all.filter((await import('../../analysis/where.js')).compileWhere(where, record));
      const study = where === undefined ? record : restrict(record, chosen);
      if (json) printData(JSON.stringify(chosen, null, 2));
      else if (csv || !terminal.isOutput) printData(trialsCsv(study));
      else for (const line of trialLines(study)) print(line);
      if (json || csv || !terminal.isOutput) for (const line of failureLines(study.finished)) note(line);
    });
}

function restrict(study: StudyRecord, chosen: readonly TrialRecord[]): StudyRecord {
  const numbers = new Set(chosen.map(({ number }) => number));
  const isChosen = ({ number }: { readonly number: number }) => numbers.has(number);
  return { ...study, finished: study.finished.filter(isChosen), open: study.open.filter(isChosen) };
}
