// SIGKILL at random moments: node test/bench/kills.mjs [KILLS] [EXECUTOR…]
//
// Every technique searches by every executor in turn (processes:2, folder, or an address as --executor takes it; a server
// must run and is not killed here), and the search, a worker or a measuring process is killed until KILLS (200) are reached.
// Each study must end with the trials of an undisturbed search. One line of JSON a study; exit code 1 where one differs.

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createRng, loadTechniques } from 'supersam';

const [kills = '200', ...given] = process.argv.slice(2);
const executors = given.length > 0 ? given : ['processes:2', 'folder'];
const techniques = [...(await loadTechniques()).keys()];
const rng = createRng('kills', Number(kills));
const main = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'supersam-kills-'));
const oracle = `module:${join(folder, 'oracle.mjs')}`;
const parameters = [
  { name: 'x', type: 'integer', min: -50, max: 50 },
  { name: 'y', type: 'float', min: 0, max: 9 },
  { name: 'z', type: 'categorical', choices: ['a', 'b', 'c'] },
];
writeFileSync(join(folder, 'space.json'), JSON.stringify({ name: 'plane', parameters }));
writeFileSync(
  join(folder, 'oracle.mjs'),
  `export const metrics = ['error'];
  export default ({ configuration: { x, y, z } }) =>
    new Promise((resolve) => setTimeout(resolve, Number(process.env.KILLS_MS ?? 0), { error: x ** 2 + y + z.length }));`,
);
const environment = { ...process.env, KILLS_MS: '60', SUPERSAM_LEASE_SECONDS: '3' };
/** Each technique and executor, so that all of them together are killed often enough. */
const share = Math.ceil(Number(kills) / (techniques.length * executors.length));
const searchOf = (technique, db) => [
  ...[
    'search',
    '--space',
    join(folder, 'space.json'),
    '--oracle',
    oracle,
    '--objective',
    'error:min',
    '--trials',
    '24',
  ],
  ...['--technique', technique, '--study', db, '--deterministic', '4', '--attempts', '30'],
];
const tableOf = (db) => spawnSync(process.execPath, [main, 'trials', db, '--csv'], { encoding: 'utf8' }).stdout;
const start = (words) => spawn(process.execPath, [main, ...words], { env: environment, stdio: 'ignore' });

/** Those that a process has started, where the system tells. */
function childrenOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

async function survive(technique, where, db, name) {
  const hasWorkers = !where.startsWith('processes');
  const workers = [];
  let isOver = false;
  const employ = (place) => {
    const child = start(['worker', where, '--name', name, '--oracle', oracle]);
    workers[place] = child;
    child.on('exit', () => isOver || employ(place));
  };
  if (hasWorkers) for (const place of [0, 1]) employ(place);
  let killed = 0;
  let code = null;
  const words = [...searchOf(technique, db), '--resume', '--executor', where, '--name', name];
  while (code === null) {
    const search = start(words);
    const ended = new Promise((resolve) => search.once('exit', resolve));
    const busy = { is: true };
    const strike = async () => {
      while (busy.is && killed < share) {
        await sleep(rng.int(400, 2500));
        if (!busy.is) return;
        const victims = [search.pid, ...workers.map(({ pid }) => pid), ...childrenOf(search.pid)];
        try {
          process.kill(victims[rng.int(0, victims.length - 1)], 'SIGKILL');
          killed++;
        } catch {
          // It has ended meanwhile.
        }
      }
    };
    const striking = strike();
    code = await ended;
    busy.is = false;
    await striking;
  }
  isOver = true;
  for (const worker of workers) worker.kill('SIGKILL');
  return { killed, code };
}

let [all, wrong] = [0, 0];
for (const technique of techniques) {
  const reference = join(folder, `${technique}.db`);
  spawnSync(process.execPath, [main, ...searchOf(technique, reference)], { stdio: 'ignore' });
  for (const [i, executor] of executors.entries()) {
    const db = join(folder, `${technique}-${i}.db`);
    const where = executor === 'folder' ? `folder:${join(folder, `${technique}-box`)}` : executor;
    const { killed, code } = await survive(technique, where, db, `${technique}-${process.pid}`);
    const isSame = code === 0 && tableOf(db) === tableOf(reference);
    [all, wrong] = [all + killed, wrong + (isSame ? 0 : 1)];
    console.log(JSON.stringify({ technique, executor: executor.replace(/:\/\/.*/, ''), kills: killed, all, isSame }));
  }
}
console.log(JSON.stringify({ kills: all, studies: techniques.length * executors.length, wrong }));
if (readdirSync(folder).length > 0 && wrong === 0) rmSync(folder, { recursive: true, force: true });
process.exit(wrong === 0 ? 0 : 1);
