import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/supernet/data/dataset.js';
import { hiddenScores } from '../../../src/supernet/method/prioritize.js';
import { createEncoder } from '../../../src/supernet/model/description.js';
import type { Backend } from '../../../src/supernet/run-tfjs/backend.js';
import { createMoments } from '../../../src/supernet/train/adamw.js';
import { flattenParameters, unflattenParameters } from '../../../src/supernet/train/flat-parameters.js';
import { trainableNames } from '../../../src/supernet/train/image-gradient.js';
import { isReorderingDue, reprioritize } from '../../../src/supernet/train/reprioritize.js';
import { type TrainingOptions, trainingDefaults } from '../../../src/supernet/train/training-options.js';
import { tinyModel } from './tiny-model.js';

const nuclei = resolve(import.meta.dirname, '../../../data/dsb2018-nuclei');

describe('sorting hidden units in the middle of training', () => {
  it('comes at the first step of every n-th epoch, whatever a step takes', async () => {
    const dataset = await openDataset(nuclei, 'train', { limit: 5 });
    const due = (prioritizeEvery: number, batch: number, accumulate = 1) =>
      Array.from({ length: 20 }, (_, i) => i + 1).filter((step) =>
        isReorderingDue({ prioritizeEvery, batch, accumulate, dataset }, step),
      );
    expect(due(0, 1)).toEqual([]);
    expect(due(1, 1)).toEqual([6, 11, 16]);
    expect(due(2, 1)).toEqual([11]);
    // Two images a step: the first epoch of five ends within the third step.
    expect(due(1, 2)).toEqual([4, 6, 9, 11, 14, 16, 19]);
    expect(due(1, 1, 2)).toEqual(due(1, 2));
    expect(due(1, 16).length).toBe(19);
  });

  it('moves weights and moments alike, and leaves the most important units first', async () => {
    const model = {
      ...tinyModel(),
      description: { ...tinyModel().description, supernet: { prioritization: 'magnitude' } },
    };
    const encoder = createEncoder(model.description);
    const flat = flattenParameters(model.weights, trainableNames(encoder));
    const before = unflattenParameters(model.weights, flat);
    const moments = createMoments(flat.values.length);
    flat.values.forEach((value, i) => {
      moments.first[i] = 2 * value;
      moments.second[i] = value * value;
    });
    // Magnitude looks at weights alone, so that neither images nor a backend are touched.
    const options = { ...trainingDefaults, model, backend: {} as Backend, seed: 1 } as unknown as TrainingOptions;
    await reprioritize(options, encoder, flat, moments, 7);
    flat.values.forEach((value, i) => {
      if (moments.first[i] !== 2 * value || moments.second[i] !== Math.fround(value * value))
        throw new Error(`the moments of weight ${i} stand elsewhere`);
    });
    const after = unflattenParameters(model.weights, flat);
    const axes = encoder.pieces.flatMap(({ hidden }) => hidden ?? []);
    expect(axes.length).toBeGreaterThan(0);
    // An axis of two heads may lie in order already.
    let moved = 0;
    for (const hidden of axes) {
      const scores = [...hiddenScores(after, hidden)];
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      const old = [...hiddenScores(before, hidden)];
      if (old.join() !== scores.join()) moved++;
      expect(old.sort((a, b) => b - a).map((score) => score.toFixed(4))).toEqual(
        scores.map((score) => score.toFixed(4)),
      );
    }
    expect(moved).toBeGreaterThan(axes.length / 2);
    const others = [...before].filter(
      ([name]) =>
        !axes.some(({ first, second, tables = [] }) => [first, second, ...tables].some((at) => name.startsWith(at))),
    );
    for (const [name, { data }] of others)
      expect(
        data.every((value, i) => value === after.get(name)?.data[i]),
        name,
      ).toBe(true);
  });
});
