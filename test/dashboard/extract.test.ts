import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { createApp } from '../../src/dashboard/app.js';
import { followStudies } from '../../src/dashboard/follow-studies.js';
import type { Extraction, StudyEntry, ValidationMasks } from '../../src/dashboard/protocol.js';
import { NUCLEI } from '../../src/supernet/chain/inputs.js';
import { minisamModel } from '../../src/supernet/convert/minisam.js';
import { openDataset } from '../../src/supernet/data/dataset.js';
import { evaluate, prepareEvaluation } from '../../src/supernet/method/evaluate.js';
import { createEncoder, inputFormat } from '../../src/supernet/model/description.js';
import { readModelDescription, writeModel } from '../../src/supernet/model/model-folder.js';
import { fullSubnet } from '../../src/supernet/model/network.js';
import { createOnnxSegmenter } from '../../src/supernet/run-onnx/segmenter.js';
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

it('shows the validation images on which a subnet does worst, beside the pre-trained network, and pictures of both', async () => {
  const found = (await (await ask(`/api/studies/${id}/masks/0`)).json()) as ValidationMasks;
  expect(found.of).toBe(24);
  expect(found.images).toHaveLength(12);
  const [subnet, before] = [0, 1].map((i) => found.images.map(({ networks }) => networks[i]?.iou ?? Number.NaN));
  expect(subnet).toEqual([...(subnet ?? [])].sort((a, b) => a - b));

  // The pre-trained network's numbers are those of an evaluation.
  const model = await minisamModel(224);
  const encoder = createEncoder(model.description);
  const segmenter = await createOnnxSegmenter(model, encoder);
  const dataset = await openDataset(NUCLEI, 'val', { limit: 24 });
  const set = await prepareEvaluation(dataset, {
    ...inputFormat(model.description, 224),
    ...{ prompts: ['box'], seed: 1, maxObjects: 8 },
  });
  const one = { ...set, items: set.items.filter(({ image }) => image.name === found.images[0]?.name) };
  const scores = await evaluate(segmenter, fullSubnet(encoder), one);
  await segmenter.close();
  expect(before?.[0]).toBeCloseTo(scores.box?.single ?? Number.NaN, 3);

  const picture = await ask(`/api/studies/${id}/masks/0/11/1`);
  expect(picture.headers.get('content-type')).toBe('image/png');
  expect((await sharp(await picture.arrayBuffer()).metadata()).width).toBeGreaterThan(200);
  expect((await ask(`/api/studies/${id}/masks/0/12/1`)).status).toBe(404);
  expect((await ask(`/api/studies/${id}/masks/7`)).status).toBe(400);
}, 300_000);
