import { type Configuration, createMemoryStore, createRng, createTechnique, runStudy, space } from 'supersam';
import { expect, it } from 'vitest';
import gaussianProcess from '../../techniques/gaussian-process.js';

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
