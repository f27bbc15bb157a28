import { sampleStandardDeviation } from 'simple-statistics';
import { describe, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { objectScores, pairedDifference, type ScoredObject } from '../../../src/supernet/method/paired-difference.js';

const rng = createRng('paired difference');
const zeros = (images: readonly string[]): ScoredObject[] => images.map((image) => ({ image, iou: 0 }));

describe('paired differences', () => {
  it('have the textbook standard error of a mean where every image has one object', () => {
    const values = Array.from({ length: 20 }, () => rng.normal());
    const images = values.map((_, i) => `${i}`);
    const { mean, standardError } = pairedDifference(
      values.map((iou, i) => ({ image: images[i] as string, iou })),
      zeros(images),
    );
    expect(mean).toBeCloseTo(values.reduce((a, b) => a + b, 0) / 20, 12);
    expect(standardError).toBeCloseTo(sampleStandardDeviation(values) / Math.sqrt(20), 12);
    // One image: over its objects, which is the same formula.
    const one = pairedDifference(
      values.map((iou) => ({ image: 'a', iou })),
      zeros(values.map(() => 'a')),
    );
    expect(one.standardError).toBeCloseTo(standardError ?? 0, 12);
  });

  it('agree with a bootstrap over images whose objects err together and differ in number', () => {
    const objects = Array.from({ length: 60 }, (_, i) => {
      const common = rng.normal();
      return Array.from({ length: 1 + (i % 5) }, () => ({ image: `${i}`, iou: common + 0.3 * rng.normal() }));
    });
    const { standardError } = pairedDifference(objects.flat(), zeros(objects.flat().map(({ image }) => image)));
    const means = Array.from({ length: 4000 }, () => {
      const drawn = objects.flatMap(() => rng.pick(objects));
      return drawn.reduce((sum, { iou }) => sum + iou, 0) / drawn.length;
    });
    const bootstrap = sampleStandardDeviation(means);
    expect(Math.abs((standardError ?? 0) / bootstrap - 1)).toBeLessThan(0.1);
    // Objects taken as independent would promise far more than is known.
    const naive = sampleStandardDeviation(objects.flat().map(({ iou }) => iou)) / Math.sqrt(objects.flat().length);
    expect(standardError).toBeGreaterThan(1.3 * naive);
  });

  it('say nothing of an error from a single object', () => {
    expect(pairedDifference([{ image: 'a', iou: 0.5 }], [{ image: 'a', iou: 0.25 }])).toEqual({
      mean: 0.25,
      standardError: undefined,
    });
  });
});

describe('the scores of objects', () => {
  const evaluation = (single: number) => ({
    images: 1,
    objects: 1,
    single,
    predicted: 0,
    oracle: 0,
    perObject: [{ image: 'a', object: 1, single, predicted: 0, oracle: 0 }],
  });

  it('are means over prompts and seeds', () => {
    const seeds = [
      { box: evaluation(0.8), point: evaluation(0.4) },
      { box: evaluation(0.6), point: evaluation(0.2) },
    ];
    expect(objectScores(seeds, { prompt: 'both', mask: 'single' })).toEqual([{ image: 'a', iou: 0.5 }]);
    expect(objectScores(seeds, { prompt: 'box', mask: 'single' })[0]?.iou).toBeCloseTo(0.7, 12);
  });

  it('are refused for prompts that were not measured', () => {
    expect(() => objectScores([{ box: evaluation(1) }], { prompt: 'both', mask: 'single' })).toThrow(/no both prompts/);
  });
});
