import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const main = join(root, 'dist/src/cli/main.js');
const folder = mkdtempSync(join(tmpdir(), 'supersam-signals-'));
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

beforeAll(() => {
  mkdirSync(join(folder, 'techniques'));
  const technique = (name: string, ask: string) =>
    writeFileSync(
      join(folder, 'techniques', `${name}.mjs`),
      `const create = () => ({ name: '${name}', init: () => 0, ask: ${ask}, tell: (state) => state });
       export default { name: '${name}', description: '', options: {}, create };`,
    );
  technique('spin', "(state) => { process.stderr.write('spinning'); for (;;); }");
  technique('count', '(state) => [[{ x: state }], state + 1]');
  writeFileSync(
    join(folder, 'slow.mjs'),
    'export default () => new Promise((done) => setTimeout(done, 100, { error: 1 }));',
  );
  const parameters = [{ name: 'x', type: 'integer', min: 0, max: 999 }];
  writeFileSync(join(folder, 'space.json'), JSON.stringify({ name: 'line', parameters }));
});

const search = (technique: string, db: string) =>
  start(
    'search',
    '--space',
    'space.json',
    '--oracle',
    'module:slow.mjs',
    '--objective',
    'error:min',
    '--trials',
    '999',
    '--study',
    db,
    '--technique',
    technique,
  );

describe.each(signals)('%s', (signal) => {
  it('ends a command that computes without a pause', async () => {
    const command = search('spin', `spin-${signal}.db`);
    await command.says('spinning');
    const sent = performance.now();
    command.child.kill(signal);
    expect(await command.end).toEqual({ code: null, signal });
    expect(performance.now() - sent).toBeLessThan(3500);
  });

  it('lets a search store what it has, which the next run goes on with', async () => {
    const db = `count-${signal}.db`;
    const command = search('count', db);
    await command.says('search: 1/999');
    command.child.kill(signal);
    const number = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal];
    expect(await command.end).toEqual({ code: 128 + number, signal: null });
    expect(command.said()).toMatch(/stopped on request/);
    const trials = start('trials', db);
    expect(await trials.end).toEqual({ code: 0, signal: null });
    expect(trials.said()).toMatch(/^number,technique,state,x,error\n0,count,complete,0,1\n/);
  });
});

describe('data check', () => {
  const nuclei = join(root, 'data/dsb2018-nuclei');
  const [picture = ''] = readdirSync(join(nuclei, 'images'));
  const links = (name: string, count: number) => {
    for (const kind of ['images', 'masks']) {
      mkdirSync(join(folder, name, kind), { recursive: true });
      for (let i = 0; i < count; i++) {
        symlinkSync(join(nuclei, kind, picture), join(folder, name, kind, `${i}.png`));
      }
    }
  };

  it.each(signals)('ends between two images at %s', async (signal) => {
    const name = `many-${signal}`;
    links(name, 2000);
    const command = start('data', 'check', name);
    await command.says('check: 1/2000');
    command.child.kill(signal);
    const number = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 }[signal];
    expect(await command.end).toEqual({ code: 128 + number, signal: null });
    expect(command.said()).toMatch(/stopping after the current step.*stopped on request, after \d+ of 2000 images/s);
    expect(command.said()).not.toMatch(/faults|objects/);
  });
});

it('a second signal does not wait', async () => {
  const command = search('spin', 'twice.db');
  await command.says('spinning');
  command.child.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 400));
  const sent = performance.now();
  command.child.kill('SIGINT');
  expect(await command.end).toEqual({ code: null, signal: 'SIGINT' });
  expect(performance.now() - sent).toBeLessThan(1000);
});

it('a command that works under a signal runs in a thread of its own, unless it may load native TensorFlow', () => {
  const folderOf = join(root, 'src/cli/commands');
  const native = ['backend', 'distill', 'prioritize', 'quickstart', 'train'];
  const long = /LONG[^;]*;/.exec(readFileSync(join(root, 'src/cli/main.ts'), 'utf8'))?.[0] ?? '';
  const using = readdirSync(folderOf)
    .filter((file) => readFileSync(join(folderOf, file), 'utf8').includes('interruptible('))
    .map((file) => file.replace('.ts', ''));
  expect(using).toEqual(expect.arrayContaining(native));
  for (const name of using) expect(long.includes(`'${name}'`), name).toBe(!native.includes(name));
});

function start(...args: readonly string[]) {
  const child: ChildProcess = spawn(process.execPath, [main, ...args], { cwd: folder });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => {
      text += String(chunk);
    });
  const end = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.on('close', (code, signal) => resolve({ code, signal })),
  );
  const says = async (wanted: string) => {
    const until = performance.now() + 30_000;
    while (!text.includes(wanted)) {
      if (performance.now() > until) throw new Error(`never said "${wanted}", but: ${text}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { child, end, says, said: () => text };
}
