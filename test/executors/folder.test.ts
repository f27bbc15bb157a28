import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { builtModule } from '../../src/base/package-root.js';
import type { Card, Measurer, Outcome } from '../../src/core/executor.js';
import { nameOf } from '../../src/executors/mailbox.js';
import { openMailboxExecutor } from '../../src/executors/mailbox-executor.js';
import { serveMailbox } from '../../src/executors/mailbox-worker.js';
import { surviveChaos } from './chaos.js';

vi.setConfig({ testTimeout: 240_000 });

const newFolder = () => mkdtempSync(join(tmpdir(), 'supersam-folder-'));
const card: Card = {
  requirement: { supersam: '1', oracle: 'o', fingerprint: { weights: 'a' } },
  ...{ space: null, metrics: ['error'], limits: {} },
};
const job = (trial: number) => ({ trial, attempt: 1, seed: 1, configuration: { x: trial } });
const open = (folder: string, notes: string[] = [], study = 's') =>
  openMailboxExecutor(folder, { study, card, onNote: (note) => notes.push(note) }, 'start some');

/** A worker in this process; `measure` says what comes of a job. */
function work(folder: string, measure: (trial: number, signal: AbortSignal) => Promise<Outcome>, slots = 1) {
  const [stop, giveBack] = [new AbortController(), new AbortController()];
  const measurer: Measurer = {
    slots,
    measure: ({ trial }, signal) => measure(trial, signal),
    close: async () => {},
  };
  const served = serveMailbox(folder, {
    ...{ study: 's', slots, stop: stop.signal, giveBack: giveBack.signal, onNote: () => {} },
    open: async () => measurer,
  });
  return { stop, giveBack, served };
}
const measured = async (trial: number): Promise<Outcome> => ({
  ...{ kind: 'measured', seconds: 1 },
  result: { state: 'complete', metrics: { error: trial === 2 ? Number.NaN : -Infinity } },
});
const files = (folder: string, box: string) => readdirSync(join(folder, box));
const next = async (executor: Awaited<ReturnType<typeof open>>) => {
  for (;;) {
    const delivery = await executor.next();
    if (delivery !== null) return delivery;
  }
};

const isSlow = process.env['SUPERSAM_SLOW'] === '1';
it.skipIf(!isSlow)(
  'survives kills of workers and coordinator and pauses beyond the lease with every trial once',
  async () => {
    const folder = newFolder();
    await surviveChaos({ executor: `folder:${folder}`, worker: `folder:${folder}`, seed: 'folder' });
    expect(['waiting', 'taken', 'results'].flatMap((box) => files(folder, box))).toEqual([]);
  },
);

it('delivers what JSON cannot say, and keeps it until it is acknowledged', async () => {
  const folder = newFolder();
  const executor = await open(folder);
  const { stop, served } = work(folder, measured, 2);
  await executor.submit(job(1));
  await executor.submit(job(2));
  const found = [await next(executor), await next(executor)].sort((a, b) => a.trial - b.trial);
  expect(found.map(({ outcome }) => outcome)).toEqual([await measured(1), await measured(2)]);
  expect(files(folder, 'results')).toHaveLength(2);
  found[0]?.acknowledge?.();
  stop.abort();
  await served;
  await executor.close(false);
  // The one that was not acknowledged comes again, and is not measured again.
  const again = await open(folder);
  // A result waits for the study to ask for it.
  await sleep(300);
  await again.submit(job(2));
  expect(await next(again)).toMatchObject({ trial: 2, attempt: 1, outcome: await measured(2) });
  await again.close(true);
  expect(['waiting', 'taken', 'results', 'workers'].flatMap((box) => files(folder, box))).toEqual([]);
});

it('gives back what a stopped worker has in hand', async () => {
  const folder = newFolder();
  const executor = await open(folder);
  const slow = work(folder, async (_, signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return { kind: 'measured', result: { state: 'failed', kind: 'runtime', message: 'aborted' }, seconds: 0 };
  });
  await executor.submit(job(7));
  while (files(folder, 'taken').length === 0) await sleep(20);
  slow.stop.abort();
  slow.giveBack.abort();
  await slow.served;
  expect(files(folder, 'waiting')).toEqual([nameOf(7, 1)]);
  const other = work(folder, measured);
  expect((await next(executor)).outcome).toEqual(await measured(7));
  other.stop.abort();
  await other.served;
  await executor.close(true);
});

it('passes over and removes what nobody of ours has written', async () => {
  const folder = newFolder();
  const notes: string[] = [];
  const executor = await open(folder, notes);
  const { stop, served } = work(folder, measured);
  const hostile = ['', '{', '[]', '{"__proto__":{"x":1}}', `{"a":${'['.repeat(50_000)}`, '{"card":"x","trial":-1}'];
  for (const [i, text] of hostile.entries()) {
    for (const box of ['waiting', 'results', 'taken']) writeFileSync(join(folder, box, nameOf(100 + i, 1)), text);
    writeFileSync(join(folder, 'workers', `w${i}.json`), text);
  }
  mkdirSync(join(folder, 'waiting', 'folder.d'));
  writeFileSync(join(folder, 'results', '../results/notes.txt'), 'mine');
  await executor.submit(job(3));
  expect(await next(executor)).toMatchObject({ trial: 3 });
  stop.abort();
  await served;
  await executor.close(true);
  expect(files(folder, 'results')).toEqual(['notes.txt']);
});

it('forgets what another study has left, and lets one coordinator in', async () => {
  const folder = newFolder();
  const first = await open(folder, [], 'first');
  await first.submit(job(1));
  await expect(open(folder)).rejects.toThrow(/is being written to by process/);
  await first.close(false);
  writeFileSync(join(folder, 'results', nameOf(1, 1)), JSON.stringify({ card: 'another' }));
  const second = await open(folder, [], 'second');
  await second.submit(job(2));
  expect(files(folder, 'waiting')).toEqual([nameOf(2, 1)]);
  await second.close(true);
});

it('refuses a study that measures something else, tells the coordinator, and says what differs', async () => {
  const folder = newFolder();
  const oracle = join(folder, 'oracle.mjs');
  writeFileSync(oracle, 'export const metrics = ["error"]; export default () => ({ error: 1 });');
  const notes: string[] = [];
  const request = { study: 's', onNote: (note: string) => void notes.push(note) };
  const space = { name: 'line', parameters: [{ name: 'x', type: 'integer', min: 0, max: 9 }] };
  const executor = await openMailboxExecutor(folder, { ...request, card: { ...card, space } }, '');
  const words = ['worker', `folder:${folder}`, '--oracle', `module:${oracle}`];
  const worker = spawn(process.execPath, [builtModule('cli/main.js').pathname, ...words]);
  let said = '';
  worker.stderr.on('data', (text: Buffer) => (said += text.toString()));
  expect(await new Promise((resolve) => worker.on('exit', resolve))).toBe(1);
  expect(said).toMatch(
    /would measure something else:\n {2}supersam: [\d.]+, the study has 1\n {2}oracle: module, .* o\n/,
  );
  expect(said).toContain('oracle weights: absent, the study has a');
  while (notes.length === 0) await sleep(50);
  expect(notes[0]).toContain(`worker ${hostname()}`);
  expect(notes[0]).toContain('does not serve this study');
  await executor.close(true);
});

it('says when jobs wait and nobody is there', async () => {
  const notes: string[] = [];
  const executor = await open(newFolder(), notes);
  await executor.submit(job(1));
  while (notes.length === 0) await sleep(100);
  expect(notes).toEqual(['1 jobs wait and no worker is there; start some']);
  await executor.close(true);
});
