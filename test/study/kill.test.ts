import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { trialsCsv } from '../../src/cli/trials-csv.js';
import type { StoredStudy } from '../../src/core/store.js';
import { openSqliteStore } from '../../src/store/sqlite.js';

const TRIALS = 40;
const child = join(import.meta.dirname, 'child-study.mjs');

it('goes on exactly after SIGKILL at random trials', async () => {
  const whole = newDatabase();
  expect(await run(whole)).toBe(0);
  const reference = table(whole);
  expect(reference.split('\n')).toHaveLength(TRIALS + 2);
  expect(table(await killedAt(newDatabase(), [3, 17, 18, 31]))).toBe(reference);
});

it('with workers loses nothing and measures nothing twice, however often it is killed', async () => {
  const db = newDatabase();
  const workers = '4';
  let before: ReturnType<typeof finished> = [];
  for (const trial of [3, 20]) {
    expect(await run(db, (number, kill) => number >= trial && kill(), TRIALS, workers)).toBeNull();
    const now = finished(db);
    expect(now.slice(0, before.length)).toEqual(before);
    before = now;
  }
  expect(await run(db, undefined, TRIALS, workers)).toBe(0);
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
  const first = run(
    db,
    (_, kill) => {
      second ??= run(db).finally(kill);
    },
    2000,
  );
  expect(await first).toBeNull();
  expect(await second).toBe(1);
  expect(await run(db, undefined, 1)).toBe(0);
});

async function killedAt(db: string, trials: readonly number[]): Promise<string> {
  for (const trial of trials) {
    expect(await run(db, (number, kill) => number >= trial && kill())).toBeNull();
  }
  expect(await run(db)).toBe(0);
  return db;
}

/** The exit code; null when killed. */
function run(
  db: string,
  onTrial?: (number: number, kill: () => void) => void,
  trials = TRIALS,
  workers = '1',
): Promise<number | null> {
  const running = spawn(process.execPath, [child, db, String(trials), 'bandit', workers], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  running.stdout.on('data', (lines: Buffer) => {
    for (const line of lines.toString().trim().split('\n')) onTrial?.(Number(line), () => running.kill('SIGKILL'));
  });
  return new Promise((resolve) => running.on('close', resolve));
}

const newDatabase = () => join(mkdtempSync(join(tmpdir(), 'supersam-')), 'study.db');

function read(db: string): StoredStudy {
  const store = openSqliteStore(db, { mustExist: true });
  const study = store.read('killed') as StoredStudy;
  store.close();
  return study;
}

const table = (db: string) => trialsCsv(read(db));
const finished = (db: string) => read(db).finished;
