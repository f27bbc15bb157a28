import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
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

/**
 * Writes interactive.html of a results folder: one page with subnets, the pre-trained network where it fits, a runtime and images, that
 * segments what is clicked on, opened from disk.
 * @returns its path and size in bytes
 * @throws what `report` throws, and DataError when the folder does not hold its models
 */
export async function interactiveReport(
  folder: string,
  { pictures = true }: ReportOptions = {},
): Promise<{ readonly path: string; readonly bytes: number }> {
  const { renderInteractive } = await import('../interactive/render.js');
  const input = await withStoredTrials(
    await readReportInput(join(folder, 'report-input.json')),
    join(folder, 'study.db'),
  );
  const page = Buffer.from(await renderInteractive(folder, pictures ? input : { ...input, maskPanels: [] }));
  const path = join(folder, 'interactive.html');
  await writeAtomically(path, page);
  return { path, bytes: page.length };
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
