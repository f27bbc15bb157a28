import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StudyError } from '../../errors.js';
import { readReportInput } from '../report/report-input.js';
import type { ReportInput } from '../report/report-model.js';
import { writeReport } from '../report/write-report.js';

export interface ReportOptions {
  /** Default true; without them images and masks are left out, and masks.png: for images that may not be passed on. */
  readonly pictures?: boolean | undefined;
}

/**
 * Draws report.html, report.json and masks.png of a results folder again, from its report-input.json and study.db.
 * @throws DataError when the folder holds no report; StudyError when its database holds another study
 */
export async function report(folder: string, { pictures = true }: ReportOptions = {}): Promise<void> {
  const input = await withStoredTrials(
    await readReportInput(join(folder, 'report-input.json')),
    join(folder, 'study.db'),
  );
  await writeReport(folder, pictures ? input : { ...input, maskPanels: [] });
}

/** The trials of the database, which is the truth where it is there: a report kept without it shows those it was made of. */
async function withStoredTrials(input: ReportInput, db: string): Promise<ReportInput> {
  if (!existsSync(db)) return input;
  const { readStudies } = await import('../../store/sqlite.js');
  const store = readStudies(db);
  try {
    const { name } = input.study;
    const stored = store.read(name);
    if (stored === undefined) {
      throw new StudyError('STUDY_MISSING', `${db} holds no study "${name}"`, {
        remedy: `it holds: ${store.names().join(', ')}`,
      });
    }
    return { ...input, study: { ...input.study, objectives: stored.definition.objectives, trials: stored.finished } };
  } finally {
    store.close();
  }
}
