import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { createRng } from '../../src/base/rng.js';
import { atOnce } from '../../src/base/turns.js';
import { trialsCsv } from '../../src/cli/trial-table.js';
import type { StoredStudy, StudyHistory } from '../../src/core/store.js';
import { createTechnique } from '../../src/plugins/create-technique.js';
import { loadTechniques } from '../../src/plugins/load-techniques.js';
import { readHistory } from '../../src/store/history.js';
import { checkRecord } from '../../src/store/seal.js';
import { readStudies } from '../../src/store/sqlite.js';
import { replay } from '../../src/study/replay.js';
import { mixedProblem } from '../../src/testing/problems.js';

vi.setConfig({ testTimeout: 600_000 });

const TRIALS = 40;
const child = join(import.meta.dirname, 'child-study.mjs');

const folder = join(import.meta.dirname, '..', '..', 'techniques');
const all = readdirSync(folder).flatMap((file) => (file.endsWith('.ts') ? [file.slice(0, -'.ts'.length)] : []));
const isSlow = process.env['SUPERSAM_SLOW'] === '1';
const techniques = isSlow ? all : ['bandit', 'nelder-mead'];
/** Over all techniques more than 200. */
const KILLS = isSlow ? 9 : 3;

it.each(techniques)('goes on exactly after SIGKILL at random moments: %s', async (technique) => {
  const whole = newDatabase();
  expect(await run(whole, technique)).toBe(0);
  const reference = table(whole);
  expect(reference.split('\n')).toHaveLength(TRIALS + 2);
  const killed = await killedAtRandom(newDatabase(), technique);
  expect(table(killed)).toBe(reference);
  await expectProven(killed, technique);
});

it('with workers loses nothing and measures nothing twice, however often it is killed', async () => {
  const db = newDatabase();
  const workers = 4;
  let before: ReturnType<typeof finished> = [];
  for (const trial of [3, 20]) {
    expect(await run(db, 'bandit', { workers, onTrial: (number, kill) => number >= trial && kill() })).toBeNull();
    const now = finished(db);
    expect(now.slice(0, before.length)).toEqual(before);
    before = now;
  }
  expect(await run(db, 'bandit', { workers })).toBe(0);
  await expectProven(db, 'bandit');
  const all = finished(db);
  expect(all.slice(0, before.length)).toEqual(before);
  expect(all).toHaveLength(TRIALS);
  expect(new Set(all.map(({ configuration }) => JSON.stringify(configuration))).size).toBe(TRIALS);
  // What was proposed before a kill is measured after it: at most the last proposals are still open.
  const numbers = all.map(({ number }) => number).sort((a, b) => a - b);
  expect(numbers.at(-1)).toBeLessThan(TRIALS + 4);
  expect(numbers).not.toEqual(all.map(({ number }) => number));
});

it('lets a second process neither in nor disturb the first', async () => {
  const db = newDatabase();
  let second: Promise<number | null> | undefined;
  // Far more trials than it gets to: it is ended once the second process has given up.
  const first = run(db, 'bandit', {
    trials: 2000,
    onTrial: (_, kill) => {
      second ??= run(db, 'bandit').finally(kill);
    },
  });
  expect(await first).toBeNull();
  expect(await second).toBe(1);
  expect(await run(db, 'bandit', { trials: 1 })).toBe(0);
});

/** Every row as it was stored, and the search replayed from its seed. */
async function expectProven(db: string, technique: string): Promise<void> {
  const history = readHistory(db, 'killed') as StudyHistory;
  expect(checkRecord(history)).toEqual({ faults: [], unsealed: 0 });
  const asked = createTechnique(technique, await loadTechniques());
  expect(atOnce(replay(history, { space: mixedProblem.space, technique: asked }))).not.toHaveProperty('fault');
}

/** Ends it a few times, up to a few milliseconds after a random trial, in whatever it does then. */
async function killedAtRandom(db: string, technique: string): Promise<string> {
  const rng = createRng('kill', technique);
  for (let trial = rng.int(0, 5), kills = 0; kills < KILLS; kills++, trial += rng.int(1, Math.floor(30 / KILLS))) {
    const delayMs = rng.int(0, 5);
    const onTrial = (number: number, kill: () => void) => number >= trial && setTimeout(kill, delayMs);
    const code = await run(db, technique, { onTrial });
    // On a busy machine it may have come to its end before the signal came.
    if (code === 0) break;
    expect(code).toBeNull();
  }
  expect(await run(db, technique)).toBe(0);
  return db;
}

/** The exit code; null when killed. */
function run(
  db: string,
  technique: string,
  {
    trials = TRIALS,
    workers = 1,
    onTrial,
  }: {
    readonly trials?: number;
    readonly workers?: number;
    readonly onTrial?: (number: number, kill: () => void) => void;
  } = {},
): Promise<number | null> {
  const running = spawn(process.execPath, [child, db, String(trials), technique, String(workers)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.stdout.on('data', (lines: Buffer) => {
    for (const line of lines.toString().trim().split('\n')) onTrial?.(Number(line), () => running.kill('SIGKILL'));
  });
  return new Promise((resolve) => running.on('close', resolve));
}

const newDatabase = () => join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');

function read(db: string): StoredStudy {
  const store = readStudies(db);
  const study = store.read('killed') as StoredStudy;
  store.close();
  return study;
}

const table = (db: string) => trialsCsv(read(db));
const finished = (db: string) => read(db).finished;
