import { expect, it } from 'vitest';
import type { Configuration } from '../../src/core/space.js';
import type { FinishedTrial } from '../../src/core/trial.js';
import { createRng, space } from '../../src/index.js';
import { spreadDraw } from '../../src/kit.js';
import { startDraw } from '../../src/technique-kit/starts.js';

const blocks = space('blocks')
  .ordinal('x', [1, 2, 4, 8, 16, 32])
  .ordinal('y', [1, 2, 4, 8, 16, 32])
  .categorical('mode', ['a', 'b', 'c'])
  .compile();
const narrow = Array.from({ length: 6 }, (_, i) => i)
  .reduce((builder, i) => builder.integer(`n${i}`, 0, 9), space('narrow'))
  .compile();
const objectives = [{ metric: 'time', direction: 'min' }] as const;

/** Asks one draw after the other, each told before the next; the first of `known` are told before. */
function draw(
  within: typeof blocks,
  canBeMeasured: (configuration: Configuration) => boolean,
  count: number,
  seed: number,
  known: readonly Configuration[] = [],
): boolean[] {
  const trials: FinishedTrial[] = [];
  const tell = (configuration: Configuration) => {
    const base = { number: trials.length, technique: 't', configuration, improvement: 0 };
    trials.push(
      canBeMeasured(configuration)
        ? { ...base, state: 'complete', values: [1], metrics: { time: 1 } }
        : { ...base, state: 'infeasible', values: null, metrics: null },
    );
  };
  for (const configuration of known) tell(configuration);
  for (let step = 0; step < count; step++) {
    const context = { space: within, objectives, trials, rng: createRng(seed, step) };
    tell(
      startDraw(
        context,
        trials.map(({ configuration }) => configuration),
      ),
    );
  }
  return trials.slice(known.length).map(({ values }) => values !== null);
}

const share = (measured: readonly boolean[]) => measured.filter(Boolean).length / measured.length;
const seeds = Array.from({ length: 20 }, (_, i) => i);

it('spreads as without a model while every trial could be measured, or none', () => {
  for (const canBe of [true, false]) {
    const trials: FinishedTrial[] = [];
    for (let step = 0; step < 8; step++) {
      const others = trials.map(({ configuration }) => configuration);
      const context = { space: blocks, objectives, trials, rng: createRng(3, step) };
      const drawn = startDraw(context, others);
      expect(drawn).toEqual(spreadDraw(blocks, others, createRng(3, step)));
      const base = { number: step, technique: 't', configuration: drawn, improvement: 0 };
      trials.push(
        canBe
          ? { ...base, state: 'complete', values: [1], metrics: { time: 1 } }
          : { ...base, state: 'infeasible', values: null, metrics: null },
      );
    }
  }
});

it('learns within a few trials what can be measured', () => {
  const fits = ({ x, y, mode }: Configuration) => (x as number) * (y as number) <= 32 && mode !== 'c';
  const all = [...blocks.enumerate()];
  const expected = all.filter(fits).length / all.length;
  expect(expected).toBeLessThan(0.45);
  const late = seeds.flatMap((seed) => draw(blocks, fits, 24, seed).slice(8));
  expect(share(late)).toBeGreaterThan(expected + 0.2);
});

it('stays near the one that could be measured where next to nothing can', () => {
  const fits = (configuration: Configuration) =>
    Object.values(configuration).every((value) => Math.abs((value as number) - 4) <= 2);
  const middle = Object.fromEntries(narrow.parameters.map(({ name }) => [name, 4]));
  const corners = Array.from({ length: 15 }, (_, i) =>
    narrow.canonical(Object.fromEntries(narrow.parameters.map(({ name }, k) => [name, (i >> (k % 4)) & 1 ? 9 : 0]))),
  );
  expect(corners.some(fits)).toBe(false);
  // Half of each axis fits: of random configurations 1 in 64, of those that differ from the middle in one axis 1 in 2.
  const drawn = seeds.flatMap((seed) => draw(narrow, fits, 1, seed, [...corners, middle]));
  expect(share(drawn)).toBeGreaterThan(0.5);
});

it('begins with continuous parameters in the middle of their axes, the others drawn', () => {
  const mixed = space('mixed')
    .float('a', -1, 3)
    .float('b', 0.01, 100, { scale: 'log' })
    .categorical('mode', ['a', 'b', 'c'])
    .compile();
  const first = seeds.map((seed) => startDraw({ space: mixed, objectives, trials: [], rng: createRng(seed) }, []));
  for (const { a, b } of first) {
    expect(a).toBeCloseTo(1, 12);
    expect(b).toBeCloseTo(1, 12);
  }
  expect(new Set(first.map(({ mode }) => mode)).size).toBe(3);
  const next = startDraw({ space: mixed, objectives, trials: [], rng: createRng(1) }, first.slice(0, 1));
  expect(next['a']).not.toBeCloseTo(1, 3);
});

it('begins as a draw does where nothing is continuous', () => {
  for (const seed of seeds) {
    const drawn = startDraw({ space: narrow, objectives, trials: [], rng: createRng(seed) }, []);
    expect(drawn).toEqual(narrow.sample(createRng(seed)));
  }
});
