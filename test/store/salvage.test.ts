import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Oracle } from '../../src/core/oracle.js';
import type { StudyHistory } from '../../src/core/store.js';
import { SupersamError } from '../../src/errors.js';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { backUp, examineDatabase } from '../../src/store/examine.js';
import { readHistory } from '../../src/store/history.js';
import { salvage } from '../../src/store/salvage.js';
import { openSqliteStore } from '../../src/store/sqlite.js';
import { runStudy } from '../../src/study/run.js';
import { choiceSpace } from '../../src/testing/choice-space.js';
import random from '../../techniques/random.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-salvage-'));
const db = join(folder, 'sound.db');
/** As the header of the file says. */
const pageSize = () => pages.readUInt16BE(16);
const TRIALS = 150;
const axis = Array.from({ length: 20 }, (_, i) => i);
const space = choiceSpace({ a: axis, b: axis });
const oracle: Oracle = {
  name: 'o',
  metrics: ['error', 'extra'],
  fingerprint: async () => ({}),
  measure: async ({ a, b }) => ({ state: 'complete', metrics: { error: Number(a) / 3, extra: Number(b) / 7 } }),
};
const search = async (file: string, trials: number) => {
  const store = openSqliteStore(file);
  const technique = createTechnique('random', new Map([['random', random]]));
  const objectives = [{ metric: 'error', direction: 'min' } as const];
  try {
    const budget = { trials };
    return await runStudy({ name: 's', space, oracle, technique, objectives, seed: 1, store, resume: true, budget });
  } finally {
    store.close();
  }
};
let sound: StudyHistory;
let pages: Buffer;

beforeAll(async () => {
  await search(db, TRIALS);
  const raw = new Database(db);
  raw.pragma('journal_mode = DELETE');
  raw.close();
  sound = readHistory(db, 's') as StudyHistory;
  pages = readFileSync(db);
});

let count = 0;
/** The database with some bytes changed, and what was saved of it. */
function damaged(change: (content: Buffer) => Buffer) {
  const file = join(folder, `damaged-${count}.db`);
  const to = join(folder, `saved-${count++}.db`);
  writeFileSync(file, change(Buffer.from(pages)));
  try {
    const saved = salvage(file, to);
    return { saved, history: existsSync(to) ? readHistory(to, 's') : undefined, to };
  } finally {
    rmSync(file);
  }
}
const zeroed = (page: number) => damaged((content) => content.fill(0, (page - 1) * pageSize(), page * pageSize()));

describe('salvage', () => {
  it('gives everything back of a sound database, state, seals and order included', () => {
    const { saved, history } = damaged((content) => content);
    expect(saved).toEqual([{ name: 's', finished: TRIALS, open: 0, lost: [] }]);
    expect(history).toEqual(sound);
  });

  it('saves each trial that no damaged page holds, and names the others', () => {
    const before = new Map(sound.finished.map((trial) => [trial.number, trial]));
    let kept = 0;
    for (let page = 4; page <= pages.length / pageSize(); page++) {
      const { saved, history, to } = zeroed(page);
      const [study] = saved;
      if (history === undefined) continue;
      const lost = new Set(study?.lost.map(({ trial }) => trial));
      for (const trial of history.finished) {
        expect(trial.configuration).toEqual(before.get(trial.number)?.configuration);
        expect(trial.values).toEqual(before.get(trial.number)?.values);
      }
      const numbers = new Set([...history.finished, ...history.open].map(({ number }) => number));
      for (const number of before.keys()) if (!numbers.has(number)) expect(lost).toContain(number);
      for (const { number } of history.open) expect(lost).toContain(number);
      expect(examineDatabase(to).damage).toEqual([]);
      kept += history.finished.length / TRIALS;
    }
    // Most pages hold rows of few trials.
    expect(kept).toBeGreaterThan(pages.length / pageSize() / 3);
  }, 60_000);

  it('goes on with what it saved', async () => {
    const last = pages.length / pageSize();
    const partly = Array.from({ length: last - 3 }, (_, i) => zeroed(i + 4)).find(
      ({ history, saved }) => (saved[0]?.lost.length ?? 0) > 3 && (history?.finished.length ?? 0) > 50,
    );
    expect(partly).toBeDefined();
    const { trials } = await search(partly?.to ?? '', TRIALS + 5);
    expect(trials).toHaveLength(TRIALS + 5);
    expect(new Set(trials.map(({ number }) => number)).size).toBe(TRIALS + 5);
  }, 60_000);

  it('is never worse than an error in words, whatever bytes change', () => {
    const change = fc.record({
      at: fc.nat(pages.length - 1),
      length: fc.integer({ min: 1, max: 3000 }),
      value: fc.nat(255),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 3 }), (changes, cut) => {
        try {
          const { history, to } = damaged((content) => {
            for (const { at, length, value } of changes) content.fill(value, at, Math.min(content.length, at + length));
            return content.subarray(0, content.length - cut * 1500);
          });
          if (history !== undefined) expect(examineDatabase(to).damage).toEqual([]);
        } catch (error) {
          expect(error).toBeInstanceOf(SupersamError);
        }
      }),
      { numRuns: 20 },
    );
  }, 120_000);

  it('reads a damaged database with an error in words, whatever bytes change', () => {
    const file = join(folder, 'mutated.db');
    fc.assert(
      fc.property(fc.nat(pages.length - 1), fc.uint8Array({ minLength: 1, maxLength: 200 }), (at, bytes) => {
        const content = Buffer.from(pages);
        content.set(bytes.subarray(0, content.length - at), at);
        writeFileSync(file, content);
        for (const look of [() => readHistory(file, 's'), () => examineDatabase(file)]) {
          try {
            look();
          } catch (error) {
            expect(error).toBeInstanceOf(SupersamError);
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 120_000);
});

describe('backUp', () => {
  it('copies what a living writer has stored, into one file', async () => {
    const file = join(folder, 'live.db');
    copyFileSync(db, file);
    const store = openSqliteStore(file);
    const log = store.claim(sound.definition, {});
    log.event('resumed', 'here');
    expect(backUp(file, join(folder, 'copy.db'))).toBe(1);
    expect(readHistory(join(folder, 'copy.db'), 's')?.finished).toEqual(sound.finished);
    expect(existsSync(join(folder, 'copy.db-wal'))).toBe(false);
    log.release();
    store.close();
    expect(() => backUp(file, join(folder, 'copy.db'))).toThrow(/is there already/);
  });
});
