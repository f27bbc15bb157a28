import {
  type Configuration,
  createMemoryStore,
  createRng,
  createTechnique,
  runStudy,
  space,
  type Technique,
} from 'supersam';
import type { Fit } from 'supersam/kit';
import { describe, expect, it } from 'vitest';
import gaussianProcess from '../../techniques/gaussian-process.js';

type State = { readonly fits: readonly Fit[] };

const registry = new Map([[gaussianProcess.name, gaussianProcess]]);
const median = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1]!;

/** How far above the least value a study of 50 trials ends. */
async function regret(bounds: readonly (readonly [number, number])[], f: (x: number[]) => number, seed: number) {
  const numbers = bounds.reduce((all, [low, high], i) => all.float(`x${i}`, low, high), space('numbers')).compile();
  const { trials } = await runStudy({
    space: numbers,
    oracle: {
      name: 'function',
      metrics: ['loss'],
      fingerprint: async () => ({}),
      measure: async (configuration) => ({
        state: 'complete',
        metrics: { loss: f(bounds.map((_, i) => configuration[`x${i}`] as number)) },
      }),
    },
    name: 's',
    technique: createTechnique('gaussian-process', registry),
    objectives: [{ metric: 'loss', direction: 'min' }],
    seed,
    store: createMemoryStore(),
    budget: { trials: 50 },
  });
  return Math.min(...trials.map(({ values }) => values![0]!));
}

const branin = ([x, y]: number[]) =>
  (y! - (5.1 / (4 * Math.PI ** 2)) * x! ** 2 + (5 / Math.PI) * x! - 6) ** 2 +
  10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x!) +
  10 -
  0.39788735772973816;
const rosenbrock = (x: number[]) =>
  x.slice(1).reduce((sum, next, i) => sum + 100 * (next - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);

it("finds the minima of Branin's function to four digits and the valley of Rosenbrock's in 50 trials", async () => {
  const seeds = [1, 2, 3, 4, 5];
  const one: [number, number][] = [
    [-5, 10],
    [0, 15],
  ];
  const four = Array.from({ length: 4 }, (): [number, number] => [-5, 10]);
  expect(median(await Promise.all(seeds.map((seed) => regret(one, branin, seed))))).toBeLessThan(1e-3);
  expect(median(await Promise.all(seeds.map((seed) => regret(four, rosenbrock, seed))))).toBeLessThan(60);
});

it('sets no more parameters an ask in a wide space than in a narrow one', () => {
  const technique = createTechnique('gaussian-process', registry);
  const work = [20, 1000].map((width) => {
    const numbers = Array.from({ length: width }, (_, i) => `n${i}`)
      .reduce((all, name) => all.integer(name, 0, 9), space('wide'))
      .compile();
    let encoded = 0;
    const counted = {
      ...numbers,
      encode: (own: Configuration) => {
        encoded++;
        return numbers.encode(own);
      },
    };
    const trials = Array.from({ length: 60 }, (_, number) => ({
      number,
      technique: 't',
      configuration: numbers.sample(createRng('trial', number)),
      state: 'complete' as const,
      values: [Math.sin(number)],
      metrics: { loss: Math.sin(number) },
      improvement: 0,
    }));
    const objectives = [{ metric: 'loss', direction: 'min' }] as const;
    const context = { space: counted, objectives, trials, rng: createRng('ask') };
    technique.ask(technique.init(context), 1, context);
    return encoded * width;
  });
  expect(work[1]!).toBeLessThan(200_000);
  expect(work[0]!).toBeGreaterThan(200 * 20);
});

describe('where measurements are noisy', () => {
  const grid = space('grid').integer('a', 0, 9).integer('b', 0, 9).integer('c', 0, 9).compile();

  /** A study of 40 trials, begun anew after `broken`; the states it told with, and its trials. */
  async function study(noise: number, broken?: number) {
    const states: State[] = [];
    const inner = createTechnique('gaussian-process', registry);
    const technique: Technique = {
      ...inner,
      ask: (state, count, context) => {
        const answer = inner.ask(state, count, context);
        states.push(answer[1] as unknown as State);
        return answer;
      },
    };
    const options = {
      ...{ space: grid, name: 's', technique, seed: 3, store: createMemoryStore(), resume: true },
      objectives: ['x', 'y'].map((metric) => ({ metric, direction: 'min' as const })),
      oracle: {
        name: 'noisy',
        metrics: ['x', 'y'],
        fingerprint: async () => ({}),
        measure: async (configuration: Configuration) => {
          const [a, b] = [Number(configuration.a) / 9, Number(configuration.b) / 9];
          const luck = createRng('luck', grid.key(configuration));
          const off = () => noise * luck.normal();
          return {
            state: 'complete' as const,
            metrics: { x: a ** 2 + (b - 0.3) ** 2 + off(), y: (1 - a) ** 2 + (b - 0.6) ** 2 + off() },
          };
        },
      },
    };
    if (broken !== undefined) await runStudy({ ...options, budget: { trials: broken } });
    const { trials } = await runStudy({ ...options, budget: { trials: 40 } });
    return { trials: trials.map(({ configuration, values }) => ({ configuration, values })), states };
  }

  it('takes them for noisy, and goes on as if never broken off', async () => {
    const whole = await study(0.2);
    expect(whole.states.at(-1)?.fits.map(({ noise }) => noise)).toContain('much');
    expect((await study(0.2, 33)).trials).toEqual(whole.trials);
  });

  it('takes them for exact where they are', async () => {
    const { states } = await study(0);
    for (const { fits } of states) for (const { noise } of fits) expect(noise).toBe('little');
  });
});

it('spreads what is measured at once over the front', () => {
  const technique = createTechnique('gaussian-process', registry);
  const plane = space('plane').float('x', 0, 1).float('y', 0, 1).compile();
  const trials = Array.from({ length: 12 }, (_, number) => {
    const configuration = plane.sample(createRng('trial', number));
    const [x, y] = [configuration['x'] as number, configuration['y'] as number];
    const values = [x ** 2 + 1 - y, (1 - x) ** 2 + 1 - y];
    const state = 'complete' as const;
    return { number, technique: 't', configuration, state, values, metrics: {}, improvement: 0 };
  });
  const objectives = ['a', 'b'].map((metric) => ({ metric, direction: 'min' as const }));
  const context = { space: plane, objectives, trials, rng: createRng('ask') };
  const [asked] = technique.ask(technique.init(context), 8, context);
  const places = asked.map(({ x }) => x as number).sort((a, b) => a - b);
  const nearest = Math.min(...places.slice(1).map((place, i) => place - places[i]!));
  expect(nearest, places.join()).toBeGreaterThan(0.02);
});
