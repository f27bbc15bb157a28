import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { builtModule } from '../../src/base/package-root.js';
import { startProcessPool } from '../../src/executors/process-pool.js';
import { runCommand } from '../cli/run-command.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-processes-'));
const [space, oracle, pids] = ['space.json', 'oracle.mjs', 'pids'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const parameters = [
  { name: 'x', type: 'integer', min: -50, max: 50 },
  { name: 'y', type: 'float', min: 0, max: 9 },
];
writeFileSync(space, JSON.stringify({ name: 'plane', parameters, constraints: ['x > -40'] }));
// A trial of which a file tells ends the process that measures it, as often as the file says.
writeFileSync(
  oracle,
  `import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
  export const metrics = ['error', 'odd'];
  export default async ({ configuration: { x, y }, trial }) => {
    appendFileSync(${JSON.stringify(pids)}, process.pid + '\\n');
    const left = ${JSON.stringify(folder)} + '/kill-' + trial;
    const kills = existsSync(left) ? Number(readFileSync(left, 'utf8')) : 0;
    writeFileSync(left, String(kills - 1));
    if (kills > 0) process.kill(process.pid, 'SIGKILL');
    await new Promise((resolve) => setTimeout(resolve, (trial * 7) % 20));
    return { error: x ** 2 + y, odd: x % 2 === 0 ? Infinity : NaN };
  };`,
);

const search = (db: string, ...more: string[]) =>
  runCommand(
    ...['search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min', '--trials', '20'],
    ...['--study', join(folder, db), ...more],
  );
const table = async (db: string) => (await runCommand('trials', join(folder, db), '--csv')).out;

it('gives the trials that one process gives, in the order asked, though processes are killed', async () => {
  await search('inline.db', '--deterministic', '5');
  for (const trial of [0, 3, 4, 11]) writeFileSync(join(folder, `kill-${trial}`), '2');
  const { err } = await search('processes.db', '--deterministic', '5', '--executor', 'processes:3');
  expect(err).not.toContain('given up');
  expect(await table('processes.db')).toBe(await table('inline.db'));
});

it('gives a trial up that ends every process, and goes on', async () => {
  writeFileSync(join(folder, 'kill-2'), '9');
  const { out, err } = await search('lost.db', '--executor', 'processes:2', '--attempts', '2');
  expect(out).toMatch(/^20 trials \(19 complete, 1 failed: lost\)/);
  expect(err).toContain('trial 2 is given up: lost 2 times, last: the process that measured it was ended by SIGKILL');
});

it('leaves no process behind when the coordinator is killed, and goes on', async () => {
  writeFileSync(pids, '');
  const words = ['search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min'];
  const study = ['--study', join(folder, 'killed.db'), '--trials', '2000', '--executor', 'processes:2'];
  const main = builtModule('cli/main.js').pathname;
  const child = spawn(process.execPath, [main, ...words, ...study], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  while (readFileSync(pids, 'utf8').split('\n').length < 12) await sleep(50);
  child.kill('SIGKILL');
  await ended;
  const measuring = [...new Set(readFileSync(pids, 'utf8').trim().split('\n').map(Number))];
  expect(measuring.length).toBeGreaterThan(1);
  const lives = (pid: number) => {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  };
  for (let wait = 0; measuring.some(lives) && wait < 100; wait++) await sleep(100);
  expect(measuring.filter(lives)).toEqual([]);
  await runCommand('search', ...words.slice(1), ...study.slice(0, 2), '--resume', '--trials', '30', ...study.slice(4));
  expect((await table('killed.db')).trim().split('\n').length).toBeGreaterThanOrEqual(31);
});

it('says which executors there are, and refuses what is none', async () => {
  await expect(search('none.db', '--executor', 'proceses:2')).rejects.toThrow(/Did you mean "processes"/);
  await expect(search('none.db', '--executor', 'processes:two')).rejects.toThrow(/cannot start "two" processes/);
});

it('refuses a process that holds something else than the study', async () => {
  const card = {
    requirement: { supersam: '0.0.1', oracle: 'module', fingerprint: { module: 'abc' } },
    space: { name: 'plane', parameters },
    ...{ metrics: ['error'], limits: {} },
  };
  const program = builtModule('cli/measuring-process.js');
  const open = () => ({ card, options: { oracle: `module:${oracle}` } });
  const pool = startProcessPool({ count: 2, program, open, requirement: card.requirement });
  await expect(pool).rejects.toThrow(/supersam: .*, the study has 0\.0\.1\n.*oracle module: .*, the study has abc/);
});
