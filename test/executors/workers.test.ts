import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { builtModule } from '../../src/base/package-root.js';
import { runCommand } from '../cli/run-command.js';
import { hasRedis, PASSWORD, startRedis, type TestServer } from './servers.js';

vi.setConfig({ testTimeout: 240_000 });

const TRIALS = 9;
const WORKERS = 3;
const main = builtModule('cli/main.js').pathname;
const children: ChildProcess[] = [];
let server: TestServer | undefined;
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await server?.stop();
  server = undefined;
});

/** A search whose oracle does what the module says, with `begun` and `done`, folders that have a file a trial. */
function problem(body: string) {
  const folder = mkdtempSync(join(tmpdir(), 'supersam-workers-'));
  const [space, oracle] = [join(folder, 'space.json'), join(folder, 'oracle.mjs')];
  const parameters = [{ name: 'x', type: 'integer', min: 0, max: 999 }];
  writeFileSync(space, JSON.stringify({ name: 'line', parameters }));
  writeFileSync(
    oracle,
    `import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
    const folder = ${JSON.stringify(folder)};
    for (const name of ['begun', 'done']) mkdirSync(folder + '/' + name, { recursive: true });
    const count = (name) => readdirSync(folder + '/' + name).length;
    const until = async (holds) => { while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20)); };
    export const metrics = ['error'];
    export default async ({ configuration: { x }, trial }) => {
      writeFileSync(folder + '/begun/' + trial, String(process.pid));
      ${body}
      writeFileSync(folder + '/done/' + trial, '');
      return { error: x };
    };`,
  );
  const search = (db: string, ...more: string[]) => [
    ...['search', '--space', space, '--oracle', `module:${oracle}`, '--objective', 'error:min'],
    ...['--trials', String(TRIALS), '--study', join(folder, db), ...more],
  ];
  const start = (...words: string[]) => {
    const child = spawn(process.execPath, [main, ...words], { stdio: 'ignore' });
    children.push(child);
    return child;
  };
  return { folder, search, start, work: (where: string) => start('worker', where, '--oracle', `module:${oracle}`) };
}

// Trials 0 to 2 end when all three have begun: three measure at once. Trial 0 ends when all others have: none of them
// waits for the worker that is at it.
const barriers = `if (trial < ${WORKERS}) await until(() => count('begun') >= ${WORKERS});
  if (trial === 0) await until(() => count('done') >= ${TRIALS - 1});`;

describe('no worker sits idle while jobs wait', () => {
  const ofFolder = () => `folder:${mkdtempSync(join(tmpdir(), 'supersam-box-'))}`;
  const ofRedis = async () => {
    server = await startRedis();
    return `bullmq:redis://:${PASSWORD}@127.0.0.1:${server.port}`;
  };
  const kinds = [
    { name: 'processes', has: true, where: async () => `processes:${WORKERS}`, hasWorkers: false },
    { name: 'folder', has: true, where: async () => ofFolder(), hasWorkers: true },
    { name: 'bullmq', has: hasRedis, where: ofRedis, hasWorkers: true },
  ];
  for (const { name, has, where, hasWorkers } of kinds) {
    it.skipIf(!has)(name, async () => {
      const { folder, search, work } = problem(barriers);
      const executor = await where();
      if (hasWorkers) for (let i = 0; i < WORKERS; i++) work(executor);
      const { out } = await runCommand(...search('s.db', '--executor', executor));
      expect(out).toContain(`${TRIALS} trials (${TRIALS} complete)`);
      expect(readdirSync(join(folder, 'done'))).toHaveLength(TRIALS);
    });
  }
});

describe('two coordinators', () => {
  const held = "await until(() => existsSync(folder + '/release'));";

  it.each(['study', 'folder'])('on one %s: the second is refused, with the host and the process', async (what) => {
    const { folder, search, start, work } = problem(held);
    const box = join(folder, 'box');
    const first = start(...search('s.db', '--executor', `folder:${box}`));
    work(`folder:${box}`);
    while (!existsSync(join(folder, 'begun')) || readdirSync(join(folder, 'begun')).length === 0) await sleep(50);
    const second = what === 'study' ? search('s.db', '--resume') : search('t.db', '--executor', `folder:${box}`);
    await expect(runCommand(...second)).rejects.toThrow(
      new RegExp(`process ${first.pid} on ${hostname()}|${hostname()}.*process ${first.pid}`),
    );
    // The first has not heard of it.
    writeFileSync(join(folder, 'release'), '');
    expect(await new Promise((resolve) => first.once('exit', resolve))).toBe(0);
    expect((await runCommand('trials', join(folder, 's.db'), '--csv')).out.trim().split('\n')).toHaveLength(TRIALS + 1);
  });
});

describe('a clock that is set back and forth', () => {
  afterEach(() => void vi.useRealTimers());
  const DAY_MS = 86_400_000;

  it.each(['inline', 'processes:2', 'folder'])('changes no trial and loses no worker: %s', async (kind) => {
    const { folder, search, work } = problem('');
    const executor = kind === 'folder' ? `folder:${join(folder, 'box')}` : kind;
    await runCommand(...search('undisturbed.db', '--deterministic', '2'));
    if (kind === 'folder') work(executor);
    vi.useFakeTimers({ toFake: ['Date'] });
    let jumps = 0;
    const real = performance.timeOrigin;
    const jump = () => {
      const way = [40, -80, 3, -700, 0][jumps++ % 5] as number;
      vi.setSystemTime(real + performance.now() + way * DAY_MS);
    };
    jump();
    const jumping = setInterval(jump, 20);
    const { err } = await runCommand(...search('s.db', '--deterministic', '2', '--executor', executor)).finally(() => {
      clearInterval(jumping);
      vi.useRealTimers();
    });
    expect(err).not.toMatch(/silent|lost|given up/);
    const table = async (db: string) => (await runCommand('trials', join(folder, db), '--csv')).out;
    expect(await table('s.db')).toBe(await table('undisturbed.db'));
    expect((await runCommand('verify', join(folder, 's.db'))).out).toContain('every trial the same');
  });
});
