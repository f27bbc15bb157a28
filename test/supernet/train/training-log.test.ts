import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { openTrainingLog, type TrainingRow } from '../../../src/supernet/train/training-log.js';

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
