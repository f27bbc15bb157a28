import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { axesOf } from '../../src/analysis/axes.js';
import { fanova, type Measure, treeShares } from '../../src/analysis/fanova.js';
import { type ImportanceMethod, importances } from '../../src/analysis/importance.js';
import { pedAnova } from '../../src/analysis/ped-anova.js';
import { createRng } from '../../src/base/rng.js';
import { losses } from '../../src/core/objective.js';
import type { StoredStudy } from '../../src/core/store.js';
import { readOptuna } from '../../src/interop/optuna.js';
import { storeForeignStudy } from '../../src/interop/store-study.js';
import { nonDominatedSort } from '../../src/pareto/dominance.js';
import { createMemoryStore } from '../../src/store/memory.js';
import { growTree, leafOf } from '../../src/technique-kit/random-forest.js';
import { splitTrials } from '../../src/technique-kit/split-trials.js';

/** Optuna 5.0.0's own numbers on the studies beside them: make.py. */
const assets = join(import.meta.dirname, '../assets/optuna');
type Shares = { readonly [parameter: string]: number };
type Results = { readonly [study: string]: { readonly [method: string]: { readonly [objective: string]: Shares } } };
const recorded = JSON.parse(readFileSync(join(assets, 'importance.json'), 'utf8')) as Results & {
  readonly pair: { readonly good: readonly number[]; readonly 'ped-anova': { readonly front: Shares } };
};
const expected: Results = recorded;
const store = createMemoryStore();
for (const study of readOptuna(join(assets, 'study.db'))) storeForeignStudy(store, study);
const read = (name: string) => store.read(name) as StoredStudy;
const shares = (name: string, method: ImportanceMethod, objective: string): Shares => {
  const found = importances(read(name), method).find((one) => one.objective === objective);
  return Object.fromEntries(found?.parameters.map((parameter) => [parameter.name, parameter.importance]) ?? []);
};

describe('PED-ANOVA', () => {
  it.each([
    ['mixed', 'value'],
    ['pair', 'error'],
    ['pair', 'gain'],
    ['smooth', 'value'],
  ])("gives Optuna's numbers: %s, %s", (name, objective) => {
    const own = shares(name, 'ped-anova', objective);
    const theirs = Object.entries(expected[name]?.['ped-anova']?.[objective] ?? {});
    expect(theirs.length).toBe(Object.keys(own).length);
    for (const [parameter, share] of theirs) expect(own[parameter.replace(' ', '_')]).toBeCloseTo(share, 6);
  });
});

it('gives them for the front, too, for the trials that Optuna calls good; ours are of the same fronts', () => {
  const { definition, finished } = read('pair');
  const { good, 'ped-anova': methods } = recorded.pair;
  const axes = axesOf(definition, finished);
  const places = axes.map((axis) => finished.map(({ configuration }) => axis.place(configuration)));
  const raw = pedAnova(
    axes,
    places,
    finished.map(({ number }) => good.includes(number)),
  );
  const sum = raw.reduce((total, own) => total + own, 0);
  for (const [a, { name }] of axes.entries()) expect((raw[a] ?? 0) / sum).toBeCloseTo(methods.front[name] ?? -1, 6);
  const points = finished.map(({ values }) => losses(values ?? [], definition.objectives));
  const own = splitTrials(points, good.length).good;
  const rankOf = (i: number) => nonDominatedSort(points).findIndex((members) => members.includes(i));
  expect(own.map(rankOf).sort()).toEqual(good.map(rankOf).sort());
  expect(Object.keys(shares('pair', 'ped-anova', 'front')).sort()).toEqual(['n', 'x', 'y']);
});

describe('fANOVA', () => {
  it("comes near Optuna's forest, and near the integrals of the function itself", () => {
    const own = shares('smooth', 'fanova', 'value');
    for (const [parameter, share] of Object.entries(expected['smooth']?.['fanova']?.['value'] ?? {})) {
      expect(Math.abs((own[parameter] ?? 0) - share)).toBeLessThan(0.03);
    }
    // 3 a + 2 sin(pi b): variances 9 / 12 and 4 (1 / 2 - 4 / pi²).
    const [a, b] = [9 / 12, 4 * (0.5 - 4 / Math.PI ** 2)];
    expect(Math.abs((own['a'] ?? 0) - a / (a + b))).toBeLessThan(0.08);
  });

  it('is exact for a tree: the same as adding up over a grid, with categories and inactive parameters', () => {
    fc.assert(
      fc.property(fc.integer(), fc.double({ min: 0, max: 0.5, noNaN: true }), (seed, absent) => {
        const rng = createRng('tree', seed);
        const kinds = ['numeric', 'category', 'numeric'] as const;
        const features = kinds.map((kind, i) => ({ parameter: `p${i}`, kind, cardinality: 4, absent: -1 as const }));
        const number = () => rng.int(0, 9) / 10 + 0.05;
        const draw = () => [number(), rng.int(0, 3), rng.float() < absent ? -1 : number()];
        const rows = Float64Array.from(Array.from({ length: 40 }, draw).flat());
        const targets = Float64Array.from({ length: 40 }, () => rng.float());
        const tree = growTree(features, rows, targets, [...targets.keys()], { leastLeaf: 2, share: 1 }, rng);
        const measures: Measure[] = [
          { kind: 'numeric', absent: 0, from: 0, to: 1 },
          { kind: 'category', weights: new Map([0, 1, 2, 3].map((c) => [c, 0.25])) },
          { kind: 'numeric', absent, from: 0, to: 1 },
        ];
        // Cuts lie at multiples of a fortieth, so the middles between them integrate exactly.
        const middles = Array.from({ length: 40 }, (_, i) => (i + 0.5) / 40);
        const points = [
          middles.map((x) => [x, 1 / 40] as const),
          [0, 1, 2, 3].map((c) => [c, 0.25] as const),
          [[-1, absent] as const, ...middles.map((x) => [x, (1 - absent) / 40] as const)],
        ] as const;
        const marginals = points.map((axis) => axis.map(() => 0));
        let [mean, squares] = [0, 0];
        for (const [i, [x, p]] of points[0].entries()) {
          for (const [j, [c, q]] of points[1].entries()) {
            for (const [k, [y, r]] of points[2].entries()) {
              const value = leafOf(tree, [x, c, y]).mean;
              mean += p * q * r * value;
              squares += p * q * r * value ** 2;
              marginals[0]![i]! += q * r * value;
              marginals[1]![j]! += p * r * value;
              marginals[2]![k]! += p * q * value;
            }
          }
        }
        const found = treeShares(tree, measures);
        if (found === undefined) return;
        for (const [a, axis] of points.entries()) {
          const variance = axis.reduce((sum, [, mass], i) => sum + mass * (marginals[a]![i]! - mean) ** 2, 0);
          expect(found[a]).toBeCloseTo(variance / (squares - mean ** 2), 6);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('gives nothing where nothing differs', () => {
    const { definition, finished } = read('smooth');
    const axes = axesOf(definition, finished);
    const places = axes.map((axis) => finished.map(({ configuration }) => axis.place(configuration)));
    const same = finished.map(() => 1);
    expect(fanova(axes, places, same)).toEqual([0, 0, 0, 0]);
  });
});

it('is asked of a study without the space file, by what its trials have, and of one with a single trial', () => {
  const study = read('smooth');
  const { definition: _, ...space } = study.definition.space;
  const bare = { ...study, definition: { ...study.definition, space } };
  const [found] = importances(bare);
  expect(found?.parameters[0]?.name).toBe('a');
  expect(found?.parameters.reduce((sum, { importance }) => sum + importance, 0)).toBeCloseTo(1);
  expect(importances({ ...study, finished: study.finished.slice(0, 1) })).toEqual([]);
});
