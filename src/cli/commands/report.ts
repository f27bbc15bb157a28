import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openSqliteStore } from '../../store/sqlite.js';
import { readReportInput } from '../../supernet/report/report-input.js';
import type { ReportInput } from '../../supernet/report/report-model.js';
import { writeReport } from '../../supernet/report/write-report.js';
import { pickStudy } from '../pick-study.js';
import { print } from '../terminal.js';

export function registerReport(program: Command): void {
  program
    .command('report')
    .description('draw report.html, report.json and masks.png of a results folder again')
    .argument('<folder>', 'results folder, with report-input.json and, for the trials, study.db')
    .option('--no-pictures', 'leave images and masks out, and masks.png: for images that may not be passed on')
    .action(async (folder: string, { pictures }: { readonly pictures: boolean }) => {
      const input = withStoredTrials(
        await readReportInput(join(folder, 'report-input.json')),
        join(folder, 'study.db'),
      );
      await writeReport(folder, pictures ? input : { ...input, maskPanels: [] });
      print(join(folder, 'report.html'));
    });
}

/** The trials of the database, which is the truth where it is there: a report kept without it shows those it was made of. */
function withStoredTrials(input: ReportInput, db: string): ReportInput {
  if (!existsSync(db)) return input;
  const store = openSqliteStore(db, { mustExist: true });
  try {
    const { definition, finished } = pickStudy(store, db, input.study.name);
    return { ...input, study: { ...input.study, objectives: definition.objectives, trials: finished } };
  } finally {
    store.close();
  }
}
