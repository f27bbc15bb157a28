import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeAtomically } from '../../base/files.js';
import { openTrainingDatabase } from './training-database.js';

/** What is written down of a step; null where there was nothing to measure. */
export interface TrainingRow {
  readonly step: number;
  readonly rate: number;
  readonly gradientNorm: number;
  readonly lossLargest: number | null;
  readonly lossSmallest: number | null;
  readonly lossRandom: number | null;
  readonly iouLargest: number | null;
  readonly iouMedium: number | null;
  readonly iouSmallest: number | null;
  readonly lossMedium: number | null;
}

/** The columns of `training.csv` in order, each with the way its numbers are written. */
const COLUMNS: { readonly [name in keyof TrainingRow]: (value: number) => string } = {
  step: String,
  rate: (value) => value.toExponential(4),
  gradientNorm: (value) => value.toFixed(4),
  lossLargest: (value) => value.toFixed(5),
  lossSmallest: (value) => value.toFixed(5),
  lossRandom: (value) => value.toFixed(5),
  iouLargest: (value) => value.toFixed(4),
  iouMedium: (value) => value.toFixed(4),
  iouSmallest: (value) => value.toFixed(4),
  lossMedium: (value) => value.toFixed(5),
};
const NAMES = Object.keys(COLUMNS) as readonly (keyof TrainingRow)[];

/** `training.csv` and `training.db` of an output folder, a row a step. */
export interface TrainingLog {
  append(row: TrainingRow): Promise<void>;
  /** All rows up to now, rounded as they were written. */
  rows(): readonly TrainingRow[];
  close(): void;
}

/** Opens the log behind the last step of the checkpoint; later rows belong to steps that will be done again. */
export async function openTrainingLog(folder: string, lastStep: number): Promise<TrainingLog> {
  const path = join(folder, 'training.csv');
  const lines = existsSync(path) ? (await readFile(path, 'utf8')).split('\n').slice(1) : [];
  const rows = lines.filter((line) => line !== '' && Number.parseInt(line, 10) <= lastStep).map(parse);
  await writeAtomically(path, `${[NAMES.join(','), ...rows.map(format)].join('\n')}\n`);
  const database = openTrainingDatabase(folder, NAMES, rows);
  return {
    async append(row) {
      const line = format(row);
      rows.push(parse(line));
      database.insert(row);
      await appendFile(path, `${line}\n`);
    },
    rows: () => rows,
    close: database.close,
  };
}

const format = (row: TrainingRow): string =>
  NAMES.map((name) => (row[name] === null ? '' : COLUMNS[name](row[name]))).join(',');

function parse(line: string): TrainingRow {
  const cells = line.split(',');
  const entries = NAMES.map((name, i) => [name, (cells[i] ?? '') === '' ? null : Number(cells[i])]);
  return Object.fromEntries(entries) as TrainingRow;
}
