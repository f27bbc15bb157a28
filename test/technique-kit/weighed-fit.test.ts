import { createRng, space } from 'supersam';
import { type Fit, fitHyperparameters, refit } from 'supersam/kit';
import { describe, expect, it } from 'vitest';
import { learningSet } from '../../src/technique-kit/learning-set.js';

const grid = space('grid').integer('a', 0, 9).integer('b', 0, 9).integer('c', 0, 9).compile();

/** Losses, standardised, of random places of the grid: a smooth one and noise of that variance. */
function sampled(count: number, noise: number, seed: number) {
  const rng = createRng('weighed', seed);
  const rows = Array.from({ length: count }, () => grid.encode(grid.sample(rng)));
  const losses = rows.map(
    ([a, b]) => Math.SQRT2 * Math.sin(3 * a!) + 2 * (b! - 0.5) ** 2 + Math.sqrt(noise) * rng.normal(),
  );
  const mean = losses.reduce((sum, x) => sum + x, 0) / count;
  const deviation = Math.sqrt(losses.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count);
  return {
    rows: Float64Array.from(rows.flat()),
    targets: Float64Array.from(losses, (x) => (x - mean) / deviation),
    share: noise / deviation ** 2,
  };
}

/** The fit after the trials were told one by one. */
function grown(count: number, noise: number, seed: number, mayBeNoisy = true): Fit {
  const { rows, targets } = sampled(count, noise, seed);
  let fit: Fit | undefined;
  for (let trials = 10; trials <= count; trials++) {
    const seen = { rows: rows.subarray(0, 3 * trials), targets: targets.subarray(0, trials) };
    fit = refit(fit, grid.features, seen, { trials, mayBeNoisy });
  }
  return fit as Fit;
}

describe('a fit weighed', () => {
  it('finds noise and its size where there is much', () => {
    for (const seed of [1, 2, 3]) {
      const { noise, logs } = grown(60, 0.15, seed);
      expect(noise).toBe('much');
      const ratio = Math.exp(logs.at(-1)!) / sampled(60, 0.15, seed).share;
      expect(ratio).toBeGreaterThan(0.4);
      expect(ratio).toBeLessThan(2.5);
    }
  });

  it('is to the last digit what it is without weighing where there is none', () => {
    for (const seed of [1, 2, 3]) {
      const weighed = grown(40, 0, seed);
      expect(weighed.noise).toBe('little');
      expect(weighed.other).not.toBeNull();
      expect(weighed.logs).toEqual(grown(40, 0, seed, false).logs);
    }
  });

  it('is not weighed with too few targets, and goes on from what won', () => {
    const { rows, targets } = sampled(19, 0.5, 1);
    expect(refit(undefined, grid.features, { rows, targets }, { trials: 19, mayBeNoisy: true })).toMatchObject({
      noise: 'little',
      other: null,
    });
    const won = grown(41, 0.15, 1);
    const { other } = won;
    const more = sampled(41, 0.15, 1);
    const next = refit(won, grid.features, more, { trials: won.trials + 1, mayBeNoisy: true });
    expect(next).toMatchObject({ noise: 'much', other });
    const again = fitHyperparameters(grid.features, more.rows, more.targets, {
      start: won.logs,
      evaluations: 50,
      noise: 'much',
    });
    expect(next.logs).toEqual(again.map((log) => Number(log.toFixed(6))));
  });
});

describe('a learning set smoothed', () => {
  const trials = Array.from({ length: 30 }, (_, number) => {
    const configuration = grid.sample(createRng('smoothed', number));
    const values = [Number(configuration.a) + Number(configuration.b), 9 - Number(configuration.a)];
    return { number, technique: 't', configuration, state: 'complete' as const, values, improvement: 0, metrics: {} };
  });
  const objectives = ['x', 'y'].map((metric) => ({ metric, direction: 'min' as const }));
  const set = learningSet({ space: grid, objectives, trials, rng: createRng('set') })!;

  it('has the front and the elites of the measured losses where these are smooth', () => {
    const { front, elites } = set.smoothed(100, (_, losses) => losses);
    expect(front).toEqual(set.front);
    expect(elites).toEqual(set.elites);
  });

  it('has no lucky draw on its front', () => {
    const lucky = set.elites[0]!;
    const { front, elites } = set.smoothed(100, (configuration, losses) => (configuration === lucky ? [9, 9] : losses));
    expect(front).not.toContainEqual([9, 9]);
    expect(front.length).toBeGreaterThan(0);
    expect(elites.indexOf(lucky)).not.toBe(0);
  });
});
