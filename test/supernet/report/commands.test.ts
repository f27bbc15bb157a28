import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { exportFront } from '../../../src/charts/pareto-export.js';
import type { FinishedTrial } from '../../../src/core/trial.js';
import { openSqliteStore } from '../../../src/store/sqlite.js';
import { writeReportInput } from '../../../src/supernet/report/report-input.js';
import { runCommand as run } from '../../cli/run-command.js';
import { checkXml } from './check-xml.js';
import { sampleReport } from './sample-report.js';

const input = sampleReport();

function storeStudy(path: string, trials: readonly FinishedTrial[]): void {
  const store = openSqliteStore(path);
  const log = store.claim(
    {
      name: input.study.name,
      space: { name: 'space', hash: 'a', parameters: {} },
      oracle: { name: 'oracle', fingerprint: {} },
      technique: 'random',
      objectives: input.study.objectives,
      seed: 1,
      begun: { version: '0.2.0', generation: 2 },
    },
    {},
  );
  for (const [step, trial] of trials.entries()) {
    log.propose([{ number: trial.number, technique: trial.technique, configuration: trial.configuration }], {
      ...{ step, asked: 1 },
      state: null,
    });
    log.start(trial.number);
    log.finish(trial, 0, { step, state: null });
  }
  log.release();
  store.close();
}

describe('commands over a results folder', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'supersam-results-'));
  const db = join(folder, 'study.db');
  const trials = input.study.trials.slice(0, 40);
  storeStudy(db, trials);
  afterAll(() => rm(folder, { recursive: true }));

  it('pareto prints the front and says its size and hypervolume beside it', async () => {
    const { out, err } = await run('pareto', db, '--reference', '0.5,6e6');
    expect(out).toBe(exportFront(trials, input.study.objectives, 'csv'));
    const { hypervolume } = JSON.parse(exportFront(trials, input.study.objectives, 'json', { reference: [0.5, 6e6] }));
    expect(err).toContain(`hypervolume ${Number(hypervolume.toPrecision(6))}`);
    expect(err).toMatch(/^\d+ of 39 measured trials are on the front/);
  });

  it('pareto writes a picture to a file', async () => {
    const output = join(folder, 'front.svg');
    const { out } = await run('pareto', db, '--format', 'svg', '--output', output);
    expect(out).toBe('');
    expect(checkXml((await readFile(output, 'utf8')).trim())[0]).toBe('svg');
  });

  it('pareto refuses what it cannot read, in one line', async () => {
    await expect(run('pareto', db, '--reference', '1,x')).rejects.toThrow(/Give a list/);
    await expect(run('pareto', db, '--reference', '1')).rejects.toThrow(/needs 2 numbers/);
    await expect(run('pareto', db, '--study', 'other')).rejects.toThrow(/holds no study "other"/);
    await expect(run('pareto', join(folder, 'none.db'))).rejects.toThrow(/cannot open/);
  });

  it('report draws the page again, with the trials of the database', async () => {
    await writeReportInput(join(folder, 'report-input.json'), input);
    const { out } = await run('report', folder);
    expect(out.trim()).toBe(join(folder, 'report.html'));
    const html = await readFile(join(folder, 'report.html'), 'utf8');
    expect(html).toContain('40 trials, 39 of them measured');
    expect(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'))).toEqual(input.rows);
  });

  it('report leaves pictures out on request, those of an earlier drawing too', async () => {
    const [page, picture] = [join(folder, 'report.html'), join(folder, 'masks.png')];
    await run('report', folder);
    expect(await readFile(page, 'utf8')).toContain('data:image/png');
    await readFile(picture);
    await run('report', folder, '--no-pictures');
    expect(await readFile(page, 'utf8')).not.toContain('data:image');
    await expect(readFile(picture)).rejects.toThrow('ENOENT');
  });

  it('report names the file that is missing', async () => {
    await expect(run('report', join(folder, 'nothing'))).rejects.toThrow(/report-input\.json: cannot be read/);
  });
});
