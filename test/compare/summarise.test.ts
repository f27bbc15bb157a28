import { expect, it } from 'vitest';
import type { ComparisonProblem, ComparisonRow } from '../../src/compare/comparison.js';
import { curvesChart, intervalsChart } from '../../src/compare/comparison-charts.js';
import { comparisonHtml } from '../../src/compare/comparison-html.js';
import { comparisonMarkdown, verdict } from '../../src/compare/comparison-text.js';
import { summarise } from '../../src/compare/summarise.js';
import { checkXml } from '../supernet/report/check-xml.js';

const problem: ComparisonProblem = {
  ...{ space: 'a <small> one & more', oracle: 'table', objectives: [{ metric: 'error', direction: 'min' }] },
  ...{ trials: 60, seeds: 8, reference: null, optimum: 0, worst: 100, baselineFrom: 'table' },
  baseline: Array.from({ length: 60 }, () => 50),
};
const row = (technique: string, seed: number, improvements: [number, number][]): ComparisonRow => ({
  ...{ technique, seed, improvements, at: {}, illegalShare: 0, repeatedShare: 0.5, engineSeconds: 0.6 },
});
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const rows = [
  // Half the way from the first trial on: score 0.5.
  ...seeds.map((seed) => row('half', seed, [[1, 25]])),
  // At random search for 30 trials, then at the optimum: score 0.5 - so only the end tells them apart.
  ...seeds.map((seed) =>
    row('late', seed, [
      [1, 50],
      [31, 0],
    ]),
  ),
  // Nothing for 30 trials, where the worst value counts: score ((50 - 100) / 50 + 0) / 2.
  ...seeds.map((seed) => row('slow', seed, [[31, 50]])),
  // Three seeds only.
  ...seeds.slice(0, 3).map((seed) => row('few', seed, [[1, 40]])),
];
const summary = summarise(problem, rows);
const of = (name: string) => summary.techniques.find(({ technique }) => technique === name)!;

it('takes the score as the mean over the budget', () => {
  expect(of('half').score?.mean).toBeCloseTo(0.5, 12);
  expect(of('late').score?.mean).toBeCloseTo(0.5, 12);
  expect(of('slow').score?.mean).toBeCloseTo(-0.5, 12);
  expect(of('late').scoreAt).toEqual({ '50': 1, '60': 1 });
  expect(of('half').at['50']).toEqual({ mean: 25, low: 25, high: 25 });
  expect(of('half').engineSecondsPerTrial).toBeCloseTo(0.01, 12);
});

it('tests every pair by all the runs each has', () => {
  const test = (a: string, b: string) => summary.tests.find((t) => t.trials === 60 && t.a === a && t.b === b)!;
  // All eight runs of each are equal, and larger on one side: no order of the ranks is more extreme.
  expect(test('half', 'late')).toMatchObject({ better: 'late', statistic: 0 });
  expect(test('half', 'late').p).toBeLessThan(0.001);
  // Six pairs at this checkpoint: the smallest p is multiplied by six.
  expect(test('half', 'late').pHolm).toBeCloseTo(6 * test('half', 'late').p, 12);
  expect(test('half', 'few')).toMatchObject({ better: 'half', statistic: 24 });
});

it('names a winner only where the tests tell it from every other', () => {
  // By the score, "half" and "late" are level, though at the end one of them is ahead.
  expect(verdict(problem, summary)).toBe(
    'half comes first with a score of 0.500, but by the score the tests do not tell it from late.',
  );
  const unscored = { ...problem, optimum: null };
  expect(verdict(unscored, summarise(unscored, rows))).toBe(
    'late is ahead of every other: by what was reached after 60 trials, the tests tell it from each at the 5 % level.',
  );
  const alone = summarise(problem, rows.slice(0, 8));
  expect(verdict(problem, alone)).toBe('half ran alone with a score of 0.500.');
});

it('draws pictures and pages that are well-formed', () => {
  const order = summary.techniques.map(({ technique }) => technique);
  const charts = {
    scores: curvesChart(problem, rows, order, 'score'),
    curves: curvesChart(problem, rows, order, 'reached'),
    intervals: intervalsChart(problem, summary),
  };
  for (const svg of Object.values(charts)) expect(checkXml(svg)).toContain('path');
  expect(checkXml(charts.curves).filter((name) => name === 'polygon')).toHaveLength(3);
  expect(charts.intervals).toContain('>late<');
  const page = comparisonHtml(problem, summary, charts, "supersam compare --space 'a b'");
  checkXml(
    page
      .replace('<!doctype html>', '')
      .replace(/<style>.*?<\/style>/s, '')
      .trim(),
  );
  const markdown = comparisonMarkdown(problem, summary);
  expect(markdown).toContain('| late | 8 | 0.500 (0.500 to 0.500) | 0 | 0 | 0.0 % | 50.0 % |  | 10.00 |');
  expect(markdown).toContain('| random search, expected |  | 0 | 50 | 50 |');
});

it('draws no intervals of one technique', () => {
  expect(intervalsChart(problem, summarise(problem, rows.slice(0, 8)))).toBe('');
});
