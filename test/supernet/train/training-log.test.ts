import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { earlyStop, openTrainingLog, type TrainingRow } from '../../../src/supernet/train/training-log.js';

const root = mkdtempSync(join(tmpdir(), 'supersam-log-'));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(root, 'run-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const row = (step: number, more: Partial<TrainingRow> = {}): TrainingRow => ({
  ...{ step, rate: 1 / 3, gradientNorm: 2 / 3, lossLargest: step / 3, lossSmallest: null, lossRandom: null },
  ...{ iouLargest: null, iouMedium: null, iouSmallest: null, lossMedium: null, ...more },
});

const inDatabase = () => {
  const db = new Database(join(folder, 'training.db'), { readonly: true });
  try {
    return db.prepare('SELECT * FROM training_step ORDER BY step').all() as { [column: string]: number | null }[];
  } finally {
    db.close();
  }
};

describe('the log of a training', () => {
  it('keeps every step in the table and in the file, the numbers whole and rounded', async () => {
    const log = await openTrainingLog(folder, 0);
    await log.append(row(1));
    await log.append(row(2, { iouLargest: 0.123456, lossMedium: 1 }));
    log.close();
    expect(readFileSync(join(folder, 'training.csv'), 'utf8').trim().split('\n')).toEqual([
      'step,rate,gradientNorm,lossLargest,lossSmallest,lossRandom,iouLargest,iouMedium,iouSmallest,lossMedium',
      '1,3.3333e-1,0.6667,0.33333,,,,,,',
      '2,3.3333e-1,0.6667,0.66667,,,0.1235,,,1.00000',
    ]);
    expect(log.rows()[1]).toMatchObject({ step: 2, iouLargest: 0.1235, iouSmallest: null });
    expect(inDatabase()).toMatchObject([
      { step: 1, gradient_norm: 2 / 3, loss_largest: 1 / 3, loss_smallest: null },
      { step: 2, iou_largest: 0.123456, loss_medium: 1 },
    ]);
  });

  it('takes back the steps behind the checkpoint, and makes a lost table anew', async () => {
    const log = await openTrainingLog(folder, 0);
    for (const step of [1, 2, 3, 4]) await log.append(row(step));
    log.close();
    const cut = await openTrainingLog(folder, 2);
    expect(cut.rows().map(({ step }) => step)).toEqual([1, 2]);
    cut.close();
    expect(inDatabase().map(({ step }) => step)).toEqual([1, 2]);
    rmSync(join(folder, 'training.db'));
    (await openTrainingLog(folder, 2)).close();
    expect(inDatabase().map(({ loss_largest }) => loss_largest)).toEqual([0.33333, 0.66667]);
  });

  it('refuses a file that is no database, and leaves it as it was', async () => {
    writeFileSync(join(folder, 'training.db'), 'not a database, but something dear to someone');
    await expect(openTrainingLog(folder, 0)).rejects.toMatchObject({ code: 'MODEL_WRITE' });
    expect(readFileSync(join(folder, 'training.db'), 'utf8')).toMatch(/dear to someone/);
  });
});

const scored = (step: number, ...scores: (number | null)[]) => ({
  step,
  iouLargest: scores[0] ?? null,
  iouMedium: scores[1] ?? null,
  iouSmallest: scores[2] ?? null,
});

describe('early stopping', () => {
  it('counts the evaluations since the best mean score, and steps without one not at all', () => {
    const rows = [
      scored(1),
      scored(2, 0.5, 0.4, 0.3),
      scored(3),
      scored(4, 0.4, 0.4, 0.7),
      scored(5, 0.6, 0.4, 0.2),
      scored(6),
    ];
    expect(earlyStop([])).toEqual({ bestStep: 0, waited: 0 });
    expect(earlyStop(rows.slice(0, 1))).toEqual({ bestStep: 0, waited: 0 });
    expect(earlyStop(rows.slice(0, 3))).toEqual({ bestStep: 2, waited: 0 });
    expect(earlyStop(rows)).toEqual({ bestStep: 4, waited: 1 });
  });

  it('keeps the first of equal scores, and takes the whole network alone by its one score', () => {
    expect(earlyStop([scored(10, 0.5), scored(20, 0.5), scored(30, 0.5)])).toEqual({ bestStep: 10, waited: 2 });
    expect(earlyStop([scored(10, 0), scored(20, 0)])).toEqual({ bestStep: 10, waited: 1 });
  });
});
