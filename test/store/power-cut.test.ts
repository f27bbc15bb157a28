import { copyFileSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { atOnce } from '../../src/base/turns.js';
import { trialsCsv } from '../../src/cli/trial-table.js';
import type { StudyHistory } from '../../src/core/store.js';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { loadTechniques } from '../../src/plugins/load-techniques.js';
import { readHistory } from '../../src/store/history.js';
import { checkRecord } from '../../src/store/seal.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { replay } from '../../src/study/replay.js';
import { runStudy } from '../../src/study/run.js';
import { mixedProblem } from '../../src/testing/problems.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const TRIALS = 30;
const CUTS = process.env['SUPERSAM_SLOW'] === '1' ? 120 : 12;
const { space, oracle } = mixedProblem;
const techniques = await loadTechniques();
const spec = 'nsga2:population=8';
const technique = createTechnique(spec, techniques);
const search = async (db: string, onTrial?: (number: number) => void) => {
  const store = openSqliteStore(db);
  try {
    return await runStudy({
      ...{ name: 's', space, oracle, technique, techniqueSpec: spec, seed: 3, store, resume: true },
      objectives: [
        { metric: 'error', direction: 'min' },
        { metric: 'yield', direction: 'max' },
      ],
      budget: { trials: TRIALS },
      onTrial: ({ number }) => onTrial?.(number),
    });
  } finally {
    store.close();
  }
};

/** The database and its log at some moment of the search, as they lay on the disk. */
interface Moment {
  readonly db: Buffer;
  readonly wal: Buffer;
}
const moments: Moment[] = [];
let reference: string;

beforeAll(async () => {
  const db = join(mkdtempSync(join(tmpdir(), 'supersam-power-')), 's.db');
  await search(db, () => {
    const wal = `${db}-wal`;
    moments.push({ db: readFileSync(db), wal: existsSync(wal) ? readFileSync(wal) : Buffer.alloc(0) });
  });
  reference = trialsCsv(readHistory(db, 's') as StudyHistory);
});

/** What a cut leaves: the log up to some byte, its last page perhaps written in part, or with what lay there before. */
function cut({ db, wal }: Moment, at: number, tear: 'end' | 'zeros' | 'noise'): string {
  const path = join(mkdtempSync(join(tmpdir(), 'supersam-cut-')), 's.db');
  writeFileSync(path, db);
  const rest =
    tear === 'end' ? Buffer.alloc(0) : Buffer.alloc(Math.min(4096, wal.length - at), tear === 'noise' ? 0xa5 : 0);
  writeFileSync(`${path}-wal`, Buffer.concat([wal.subarray(0, at), rest]));
  return path;
}

describe('a power cut', () => {
  it.each(['end', 'zeros', 'noise'] as const)('loses at most the last trials and breaks none: %s', async (tear) => {
    const rng = createRng('power cut', tear);
    for (let i = 0; i < CUTS; i++) {
      const moment = rng.pick(moments);
      const path = cut(moment, rng.int(0, moment.wal.length), tear);
      const before = readFileSync(path);
      // A cut in the middle of making the study leaves none.
      const history = readHistory(path, 's');
      expect(readFileSync(path).equals(before)).toBe(true);
      if (history !== undefined) {
        expect(checkRecord(history).faults).toEqual([]);
        expect(atOnce(replay(history, { space, technique }))).not.toHaveProperty('fault');
      }
      await search(path);
      const after = readHistory(path, 's') as StudyHistory;
      expect(trialsCsv(after)).toBe(reference);
      expect(atOnce(replay(after, { space, technique }))).not.toHaveProperty('fault');
    }
  });

  it('of a copy that was taken without its log leaves a study that goes on', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'supersam-cut-')), 's.db');
    copyFileSync(cut(moments.at(-1) as Moment, 0, 'end'), path);
    await search(path);
    expect(trialsCsv(readHistory(path, 's') as StudyHistory)).toBe(reference);
  });
});
