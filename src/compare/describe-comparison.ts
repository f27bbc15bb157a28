import type { ComparisonProblem, ComparisonSummary } from './comparison.js';

/** What a reader must know to read the numbers, one sentence or two a paragraph. */
export function describeComparison(problem: ComparisonProblem, summary: ComparisonSummary): string[] {
  const { objectives, reference, optimum, baselineFrom, trials } = problem;
  const goals = objectives.map(({ metric, direction }) => `${metric} (${direction})`).join(' and ');
  const measure =
    reference === null
      ? 'What counts is the best value so far.'
      : `What counts is the hypervolume up to the reference point ${reference.map((value) => Number(value.toPrecision(6))).join(', ')}.`;
  const baseline =
    baselineFrom === 'table'
      ? 'random search without repeats is expected to reach on the table'
      : 'the runs of random reached on average';
  const friedman = summary.friedman[trials];
  return [
    `${problem.space}: ${goals}, ${trials} trials. ${measure}`,
    ...(baselineFrom !== null && optimum !== null
      ? [
          `The score is (baseline - reached) / (baseline - optimum), the mean over all ${trials} trials: 0 is what ${baseline}, 1 the optimum from the first trial on. Intervals are 95 % of the bootstrap over seeds.`,
        ]
      : [
          'There is no score: it needs the optimum (--optimum, or a table of the whole space) and a baseline (that table, or random among the techniques).',
        ]),
    'Every trial counts, those without values (not in the table, failed) too. The engine measures legal configurations it has not measured before only: what a technique proposes otherwise is counted as illegal or repeated and asked for again at no cost. Tools listed from elsewhere may count such asks as trials.',
    ...(friedman === undefined || summary.criticalDifference === null
      ? []
      : [
          `Ranks are taken within each seed. Friedman's test of no difference after ${trials} trials: chi-square ${friedman.statistic.toFixed(2)}, p ${friedman.p < 0.001 ? '< 0.001' : `= ${friedman.p.toFixed(3)}`}. Mean ranks that differ by more than ${summary.criticalDifference.toFixed(2)} differ at the 5 % level (Nemenyi).`,
        ]),
  ];
}
