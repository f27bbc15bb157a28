import { join } from 'node:path';
import { axesOf } from '../analysis/axes.js';
import { summariseStudy } from '../analysis/study-summary.js';
import { trialRecords } from '../analysis/trial-record.js';
import { writeCsv } from '../base/csv.js';
import { didYouMean } from '../base/did-you-mean.js';
import { writeAtomically } from '../base/files.js';
import type { Progress } from '../base/progress.js';
import { WIDE } from '../charts/html-page.js';
import { UsageError } from '../errors.js';
import type { StudyRecord } from '../store/study-record.js';
import { parameterCharts } from './parameter-charts.js';
import { searchCharts } from './search-charts.js';
import { studyPage } from './study-page.js';
import { timeCharts } from './time-charts.js';

export interface StudyReportOptions {
  /** The two parameters of the contour; the two most important unless given. */
  readonly contour?: readonly [string, string] | undefined;
  readonly onProgress?: Progress;
}

/** Dots an inch, where 72 is a pixel of the SVG a pixel: pictures twice as large as on a page. */
const DENSITY = 144;

/**
 * Writes the report of a study into a folder: `report.html`, which needs nothing beside it; `report.json`, `trials.json`;
 * and in `charts` each picture as SVG and PNG with the numbers behind it as CSV.
 *
 * @param db what the study was read from, for the command that goes on.
 * @throws UsageError for a contour of parameters that are not there.
 */
export async function writeStudyReport(
  study: StudyRecord,
  db: string,
  folder: string,
  { contour, onProgress = () => {} }: StudyReportOptions = {},
): Promise<void> {
  const names = axesOf(study.definition, study.finished).map(({ name }) => name);
  const wrong = contour?.find((name) => !names.includes(name));
  if (wrong !== undefined) {
    throw new UsageError(`the study has no parameter "${wrong}".${didYouMean(wrong, names)}`, {
      remedy: `it has ${names.join(', ')}`,
    });
  }
  const charts = [...searchCharts(study), ...parameterCharts(study, contour), ...timeCharts(study)];
  const { default: sharp } = await import('sharp');
  for (const [i, chart] of charts.entries()) {
    onProgress(i, charts.length + 1, chart.id);
    const svg = chart.draw(WIDE);
    const file = join(folder, 'charts', chart.id);
    await writeAtomically(`${file}.svg`, `${svg}\n`);
    await writeAtomically(`${file}.csv`, writeCsv(chart.rows));
    await writeAtomically(`${file}.png`, await sharp(Buffer.from(svg), { density: DENSITY }).png().toBuffer());
  }
  await writeAtomically(join(folder, 'report.json'), `${JSON.stringify(summariseStudy(study, db), null, 2)}\n`);
  await writeAtomically(join(folder, 'trials.json'), `${JSON.stringify(trialRecords(study), null, 1)}\n`);
  await writeAtomically(join(folder, 'report.html'), studyPage(study, db, charts));
  onProgress(charts.length + 1, charts.length + 1);
}
