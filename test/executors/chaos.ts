import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { builtModule } from '../../src/base/package-root.js';
import { createRng } from '../../src/base/rng.js';
import { runCommand } from '../cli/run-command.js';

/** So many trials of so many milliseconds. */
const TRIALS = 40;
const ORACLE_MS = 400;
const LEASE_SECONDS = 3;
const WORKERS = 4;
const LONGEST_MS = 120_000;
/** Disturbances before everybody is left alone. */
const BLOWS = 8;

const main = builtModule('cli/main.js').pathname;
const folder = mkdtempSync(join(tmpdir(), 'supersam-chaos-'));
const [space, oracle] = ['space.json', 'oracle.mjs'].map((name) => join(folder, name)) as [string, string];
const parameters = [
  { name: 'x', type: 'integer', min: -50, max: 50 },
  { name: 'y', type: 'float', min: 0, max: 9 },
];
writeFileSync(space, JSON.stringify({ name: 'plane', parameters }));
writeFileSync(
  oracle,
  `export const metrics = ['error', 'size'];
  export default async ({ configuration: { x, y } }) => {
    await new Promise((resolve) => setTimeout(resolve, Number(process.env.CHAOS_MS ?? 0)));
    return { error: x ** 2 + y, size: x === 3 ? NaN : Math.abs(y - 3) };
  };`,
);

const problem = [
  ...['--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min', '--objective', 'size:min'],
  ...['--trials', String(TRIALS), '--deterministic', '--attempts', '20'],
];
const environment = { ...process.env, CHAOS_MS: String(ORACLE_MS), SUPERSAM_LEASE_SECONDS: String(LEASE_SECONDS) };

let reference: Promise<string> | undefined;
const tableOf = async (db: string) => (await runCommand('trials', db, '--csv')).out;

/** What an uninterrupted search without any executor gives. */
async function undisturbed(): Promise<string> {
  const db = join(folder, 'reference.db');
  await runCommand('search', ...problem, '--study', db);
  return tableOf(db);
}

/** The words of a search of this problem, and where it keeps its study. */
export function problemFiles(name: string): { readonly search: readonly string[]; readonly db: string } {
  const db = join(folder, `${name}.db`);
  return { db, search: ['search', ...problem, '--study', db] };
}

export interface ChaosOptions {
  /** What the search has as --executor. */
  readonly executor: string;
  /** What workers are started with, where they are not started by the executor. */
  readonly worker?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Further disturbances. */
  readonly disturb?: readonly (() => Promise<void>)[];
  readonly seed: string;
}

/**
 * Searches with four workers while workers, the coordinator and what lies between are killed and stopped at random
 * moments. The trial table must be that of an undisturbed search.
 */
export async function surviveChaos({ executor, worker, env = {}, disturb = [], seed }: ChaosOptions): Promise<void> {
  const rng = createRng('chaos', seed);
  const db = join(folder, `${seed}.db`);
  const all = { ...environment, ...env };
  let isOver = false;
  const output: string[] = [];
  const start = (...words: string[]): ChildProcess => {
    const child = spawn(process.execPath, [main, ...words], { env: all, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text: Buffer) => output.push(`${words[0]} ${child.pid}: ${text.toString()}`));
    }
    return child;
  };
  const workers: ChildProcess[] = [];
  const employ = (place: number): void => {
    const child = start('worker', worker ?? '', '--oracle', `module:${oracle}`);
    workers[place] = child;
    child.on('exit', () => {
      if (!isOver) setTimeout(() => isOver || employ(place), 200);
    });
  };
  if (worker !== undefined) for (let place = 0; place < WORKERS; place++) employ(place);

  let coordinator: ChildProcess | undefined;
  const finished = new Promise<void>((resolve, reject) => {
    const coordinate = (): void => {
      const search = start('search', ...problem, '--study', db, '--resume', '--executor', executor);
      coordinator = search;
      search.on('exit', (code, signal) => {
        if (code === 0) resolve();
        else if (isOver || signal !== 'SIGKILL') reject(new Error(`the search ended with ${code ?? signal}`));
        else coordinate();
      });
    };
    coordinate();
  });
  const blow = [
    async () => void workers[rng.int(0, WORKERS - 1)]?.kill('SIGKILL'),
    async () => void coordinator?.kill('SIGKILL'),
    async () => {
      const one = workers[rng.int(0, WORKERS - 1)];
      one?.kill('SIGSTOP');
      await sleep((LEASE_SECONDS + 1) * 1000);
      one?.kill('SIGCONT');
    },
    ...disturb,
  ];
  const disturbing = (async () => {
    // Every kind at least once, in any order.
    const blows = rng.shuffle(Array.from({ length: BLOWS }, (_, i) => blow[i % blow.length] as () => Promise<void>));
    for (const strike of blows) {
      await sleep(rng.int(500, 2500));
      if (isOver) return;
      await strike();
    }
  })();
  try {
    await Promise.race([finished, tooLate()]);
    isOver = true;
    await disturbing;
    reference ??= undisturbed();
    expect(await tableOf(db)).toBe(await reference);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${output.join('').slice(-20_000)}`);
  } finally {
    isOver = true;
    const gone = workers.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    for (const child of workers) for (const signal of ['SIGCONT', 'SIGTERM'] as const) child.kill(signal);
    coordinator?.kill('SIGKILL');
    const alive = workers.flatMap((child, i) =>
      child.exitCode === null && child.signalCode === null ? [gone[i]] : [],
    );
    const stuck = setTimeout(() => {
      for (const child of workers) child.kill('SIGKILL');
    }, 25_000);
    await Promise.all(alive);
    clearTimeout(stuck);
    expect(workers.filter((child) => child.signalCode === 'SIGKILL').map(({ pid }) => pid)).toEqual([]);
  }
}

async function tooLate(): Promise<never> {
  await sleep(LONGEST_MS, undefined, { ref: false });
  throw new Error(`the search did not end within ${LONGEST_MS / 1000} s`);
}
