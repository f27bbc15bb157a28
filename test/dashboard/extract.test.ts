import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { createApp } from '../../src/dashboard/app.js';
import { followStudies } from '../../src/dashboard/follow-studies.js';
import type { Extraction, StudyEntry } from '../../src/dashboard/protocol.js';
import { minisamModel } from '../../src/supernet/convert/minisam.js';
import { readModelDescription, writeModel } from '../../src/supernet/model/model-folder.js';
import { newFolder, writeStudy } from './sample-studies.js';

const folder = newFolder();
const token = 'f'.repeat(32);
const own = 'http://127.0.0.1:4150';
let app: ReturnType<typeof createApp>;
let id = '';
beforeAll(async () => {
  const supernet = await writeModel(join(folder, 'work/supernet'), await minisamModel(224));
  const values = [0.7, 4_000_000];
  const configuration = { 'stage1.block0.attention': false, 'stage1.block0.mlp': 128 };
  const metrics = { meanIou: 0.7, encoderParameters: 4_000_000 };
  const trial = {
    number: 0,
    technique: 'random',
    configuration,
    state: 'complete',
    values,
    metrics,
    improvement: 1,
  } as const;
  writeStudy(join(folder, 's.db'), '../up and away', [trial], {
    name: 'supernet',
    fingerprint: { weights: supernet.sha256 },
  });
  app = createApp({ studies: followStudies([folder]), host: '127.0.0.1', token });
  id = ((await (await ask('/api/studies')).json()) as StudyEntry[])[0]?.id ?? '';
});

const ask = (path: string, method = 'GET', headers: { [name: string]: string } = {}) =>
  app.request(`${own}${path}`, { method, headers: { host: '127.0.0.1:4150', ...headers } });

it('writes a trial as a model beside its study, for who has the token and for nobody else', async () => {
  const path = `/api/studies/${id}/extract/0`;
  const plan = (await (await ask(path)).json()) as Extraction;
  expect(plan.supernet).toMatch(/supernet$/);
  expect(plan.output).toMatch(/models.-up-and-away-trial-0$/);
  for (const headers of [
    {},
    { authorization: `Bearer ${'0'.repeat(32)}` },
    { authorization: token },
    { cookie: `supersam=${token}` },
  ]) {
    expect((await ask(path, 'POST', headers)).status).toBe(401);
  }
  const right = { authorization: `Bearer ${token}` };
  expect((await ask(path, 'POST', { ...right, origin: 'http://evil.example' })).status).toBe(403);
  expect((await ask(`/api/studies/${id}/extract/7`, 'POST', right)).status).toBe(400);
  expect((await ask(`/api/studies/${id}/extract/..%2f0`, 'POST', right)).status).toBe(404);
  expect(existsSync(join(folder, 'models'))).toBe(false);

  const written = await ask(path, 'POST', right);
  expect([written.status, await written.clone().json()]).toEqual([200, { ...plan, isThere: true }]);
  expect(readdirSync(join(folder, 'models'))).toEqual(['-up-and-away-trial-0']);
  const description = await readModelDescription(join(folder, 'models/-up-and-away-trial-0'));
  expect(description.provenance?.trial).toMatchObject({ study: '../up and away', trial: 0 });
  // What is there is never replaced.
  expect((await ask(path, 'POST', right)).status).toBe(400);
}, 120_000);
