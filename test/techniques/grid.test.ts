import { expect, it } from 'vitest';
import type { SearchSpace } from '../../src/core/space.js';
import { space } from '../../src/search-space/space-builder.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { runStudy } from '../../src/study/run.js';
import grid from '../../techniques/grid.js';

async function visit(subject: SearchSpace, trials: number, levels = 5) {
  const oracle = {
    name: 'flat',
    metrics: ['error'],
    fingerprint: async () => ({}),
    measure: async () => ({ state: 'complete', metrics: { error: 0 } }) as const,
  };
  const objectives = [{ metric: 'error', direction: 'min' }] as const;
  const study = { name: 's', space: subject, oracle, technique: grid.create({ levels }, []), objectives, seed: 3 };
  return (await runStudy({ ...study, store: createMemoryStore(), budget: { trials } })).trials;
}

it('visits every configuration of a small space by itself, conditions and constraints included', async () => {
  const subject = space('s')
    .boolean('keep')
    .ordinal('width', [1, 2, 3], { when: 'keep' })
    .integer('block', 1, 6)
    .permutation('order', ['a', 'b', 'c'])
    .constraint('block != 4')
    .compile();
  const trials = await visit(subject, 1000);
  expect(BigInt(trials.length)).toBe(subject.size());
  expect(new Set(trials.map(({ technique }) => technique))).toEqual(new Set(['grid']));
});

it('goes through every cell of a continuous lattice, then of one twice as fine', async () => {
  const subject = space('s').float('x', 0, 1).float('y', 0, 1).compile();
  const trials = await visit(subject, 81);
  const points = trials.map(({ configuration: { x, y } }) => [Number(x), Number(y)] as const);
  const on = (of: readonly (readonly number[])[], across: number) =>
    new Set(of.map((point) => point.map((at) => at * (across - 1)).join()));
  const all = (across: number) =>
    new Set(Array.from({ length: across ** 2 }, (_, i) => `${i % across},${Math.floor(i / across)}`));
  expect(on(points.slice(0, 25), 5)).toEqual(all(5));
  expect(on(points, 9)).toEqual(all(9));
  expect(new Set(points.slice(0, 5).map(([x]) => x)).size).toBe(5);
  expect(new Set(points.slice(0, 5).map(([, y]) => y)).size).toBe(5);
});

it('shows all pairs of levels of most pairs of axes within their number of steps', async () => {
  const axes = Array.from({ length: 30 }, (_, i) => `x${i}`);
  const trials = await visit(axes.reduce((builder, name) => builder.float(name, 0, 1), space('s')).compile(), 25);
  const pairs = axes.flatMap((a, i) => axes.slice(i + 1).map((b) => [a, b] as const));
  const shown = pairs.map(([a, b]) => new Set(trials.map(({ configuration: c }) => `${c[a]} ${c[b]}`)).size);
  expect(shown.filter((count) => count === 25).length / pairs.length).toBeGreaterThan(0.7);
});
