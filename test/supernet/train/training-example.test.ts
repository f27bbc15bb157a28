import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { atOnce } from '../../../src/base/turns.js';
import { type LabelledImage, openDataset } from '../../../src/supernet/data/dataset.js';
import { objectsOfLabelMap } from '../../../src/supernet/data/label-map.js';
import { isInside } from '../../../src/supernet/data/labelled-image.js';
import { flip } from '../../../src/supernet/train/augment.js';
import { drawExample } from '../../../src/supernet/train/training-example.js';

const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');
const format = { inputSize: 128, pixelMean: [123.675, 116.28, 103.53], pixelStd: [58.395, 57.12, 57.375] };

describe('flips', () => {
  const labels = Uint16Array.of(0, 7, 7, 0, 0, 9);
  const labelsOf = ({ width, height, objects }: LabelledImage) =>
    Array.from({ length: width * height }, (_, at) => {
      return objects.find((object) => isInside(object, at % width, Math.floor(at / width)))?.id ?? 0;
    });
  const image: LabelledImage = {
    name: 'a',
    width: 3,
    height: 2,
    rgb: Uint8Array.from({ length: 18 }, (_, i) => i),
    objects: atOnce(objectsOfLabelMap(labels, 3)),
  };

  it('reaches all eight symmetries, with pixels, labels and boxes moved alike', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 100; seed++) {
      const moved = flip(image, createRng('augment', seed));
      const movedLabels = labelsOf(moved);
      seen.add(`${moved.width} ${movedLabels}`);
      expect(moved.width * moved.height).toBe(6);
      for (let at = 0; at < 6; at++) {
        // A pixel carries its old place in its red value, so its label must be the one that stood there.
        const from = (moved.rgb[3 * at] as number) / 3;
        expect(movedLabels[at]).toBe(labels[from]);
      }
      for (const { id, box } of moved.objects) {
        const at = [...movedLabels.keys()].filter((k) => movedLabels[k] === id);
        const [xs, ys] = [at.map((k) => k % moved.width), at.map((k) => Math.floor(k / moved.width))];
        expect(box).toEqual([Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1]);
      }
    }
    expect(seen.size).toBe(8);
  });
});

describe('training examples', () => {
  it('depend on seed, step and position alone', async () => {
    const dataset = await openDataset(nuclei, 'train', { limit: 6 });
    const draw = (seed: number, step: number, position: number) =>
      drawExample(dataset, format, seed, step, 2, position);
    const example = await draw(1, 5, 0);
    expect(await draw(1, 5, 0)).toEqual(example);
    for (const other of [draw(2, 5, 0), draw(1, 6, 0), draw(1, 5, 1)]) expect(await other).not.toEqual(example);
  });

  it('show every image once an epoch', async () => {
    const dataset = await openDataset(nuclei, 'train', { limit: 6 });
    const names = [];
    for (let step = 1; step <= 3; step++)
      for (const position of [0, 1]) names.push((await drawExample(dataset, format, 1, step, 2, position)).name);
    expect(names.sort()).toEqual([...dataset.names].sort());
  });

  it('ask by box or point about objects that the targets show', async () => {
    const dataset = await openDataset(nuclei, 'train', { limit: 6 });
    const counts = { box: 0, point: 0 };
    for (let step = 1; step <= 6; step++) {
      const { prompts, targets } = await drawExample(dataset, format, 1, step, 1, 0);
      const side = format.inputSize / 4;
      expect(prompts.count).toBeGreaterThan(0);
      expect(prompts.count).toBeLessThanOrEqual(6);
      expect(targets.length).toBe(prompts.count * side * side);
      for (let i = 0; i < prompts.count; i++) {
        const inside = [...targets.subarray(i * side * side, (i + 1) * side * side).entries()].filter(
          ([, t]) => t === 1,
        );
        const xs = inside.map(([at]) => 4 * (at % side));
        const ys = inside.map(([at]) => 4 * Math.floor(at / side));
        const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = prompts.coordinates.subarray(4 * i, 4 * i + 4);
        if (prompts.labels[2 * i] === 2) {
          counts.box++;
          // Jitter of 8 % of the side, and a low-resolution pixel of 4.
          const slack = (length: number) => 0.08 * length + 5;
          if (inside.length === 0) continue;
          expect(Math.abs(x0 - Math.min(...xs))).toBeLessThan(slack(x1 - x0));
          expect(Math.abs(y0 - Math.min(...ys))).toBeLessThan(slack(y1 - y0));
          expect(Math.abs(x1 - Math.max(...xs) - 4)).toBeLessThan(slack(x1 - x0));
          expect(Math.abs(y1 - Math.max(...ys) - 4)).toBeLessThan(slack(y1 - y0));
        } else {
          counts.point++;
          expect([...prompts.labels.subarray(2 * i, 2 * i + 2)]).toEqual([1, -1]);
          const near = xs.some((x, k) => Math.abs(x + 1.5 - x0) <= 4 && Math.abs((ys[k] as number) + 1.5 - y0) <= 4);
          expect(near || inside.length === 0).toBe(true);
        }
      }
    }
    expect(Math.min(counts.box, counts.point)).toBeGreaterThan(3);
  });

  it('pass over images without objects, and say so when there is nothing else', async () => {
    const dataset = await openDataset(nuclei, 'train', { limit: 2 });
    const [empty, full] = dataset.names as [string, string];
    const load = async (name: string) => {
      const image = await dataset.load(name);
      return name === empty ? { ...image, objects: [] } : image;
    };
    for (let step = 1; step <= 4; step++)
      expect((await drawExample({ ...dataset, load }, format, 1, step, 1, 0)).name).toBe(full);
    await expect(drawExample({ ...dataset, names: [empty], load }, format, 1, 1, 1, 0)).rejects.toThrow(
      /has an object/,
    );
  });
});
