import { writeCsv } from '../base/csv.js';
import type { ComparisonProblem, ComparisonRow, ComparisonSummary, Estimate, TechniqueSummary } from './comparison.js';
import { isAhead, testOf } from './summarise.js';

/** A table as text, cell by cell: the first row is the header, the first column the names. */
export type TextTable = readonly (readonly string[])[];

/** What the line of the baseline is called in tables and pictures. */
export const baselineName = ({ baselineFrom }: Pick<ComparisonProblem, 'baselineFrom'>): string =>
  baselineFrom === 'table' ? 'random search, expected' : 'baseline: mean of random';

/**
 * Who is ahead, in a sentence: one technique where the tests tell it from every other at the end of the budget, else all
 * that cannot be told from the first.
 */
export function verdict(problem: ComparisonProblem, summary: ComparisonSummary): string {
  const [best, ...others] = summary.techniques;
  if (best === undefined) return 'Nothing was measured.';
  const reached = best.score === null ? '' : ` with a score of ${best.score.mean.toFixed(3)}`;
  if (others.length === 0) return `${best.technique} ran alone${reached}.`;
  const [quantity, by] =
    best.score === null ? [problem.trials, `what was reached after ${problem.trials} trials`] : [null, 'the score'];
  const level = others.filter(({ technique }) => !isAhead(summary, best.technique, technique, quantity));
  return level.length === 0
    ? `${best.technique} is ahead of every other${reached}: by ${by}, the tests tell it from each at the 5 % level.`
    : `${best.technique} comes first${reached}, but by ${by} the tests do not tell it from ${listed(level.map(({ technique }) => technique))}.`;
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;

/** What a reader must know to read the numbers, one sentence or two a paragraph. */
export function describeComparison(problem: ComparisonProblem): string[] {
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
  return [
    `${problem.space}: ${goals}, ${trials} trials. ${measure}`,
    baselineFrom !== null && optimum !== null
      ? `The score is (baseline - reached) / (baseline - optimum), the mean over all ${trials} trials: 0 is what ${baseline}, 1 the optimum from the first trial on. Intervals are 95 % of the bootstrap over seeds.`
      : 'There is no score: it needs the optimum (--optimum, or a table of the whole space) and a baseline (that table, or random among the techniques).',
    'Every trial counts, those without values (not in the table, failed) too. The engine measures legal configurations it has not measured before only: what a technique proposes otherwise is counted as illegal or repeated and asked for again at no cost. Tools listed from elsewhere may count such asks as trials.',
  ];
}

/** What the tests are, above their table. */
export const ABOUT_TESTS =
  "Mann and Whitney's rank-sum test of the runs of two techniques, corrected by Holm for all pairs. Runs of one seed share nothing between techniques, so they are not paired.";

/** One line a technique, the best first, then what random search is expected to reach and the optimum. */
export function comparisonTable(problem: ComparisonProblem, summary: ComparisonSummary): TextTable {
  const { checkpoints } = summary;
  const { optimum, reference, objectives } = problem;
  const isShare = reference !== null && optimum !== null;
  const quantity = reference === null ? (objectives[0]?.metric ?? '') : isShare ? 'hypervolume share' : 'hypervolume';
  const scored = summary.techniques.some(({ score }) => score !== null);
  const own = (value: number) => (isShare ? (value / optimum).toFixed(3) : short(value));
  const line = (technique: TechniqueSummary) => [
    ...[technique.technique, String(technique.seeds)],
    ...(scored ? [technique.score === null ? '' : estimateText(technique.score)] : []),
    ...checkpoints.map((step) => own(technique.at[step]!.mean)),
    ...[technique.illegalShare, technique.repeatedShare].map(percent),
    technique.infeasibleShare === null ? '' : percent(technique.infeasibleShare),
    (1000 * technique.engineSecondsPerTrial).toFixed(2),
  ];
  const known = (name: string, valueAt: (step: number) => number, score: string) => [
    ...[name, ''],
    ...(scored ? [score] : []),
    ...checkpoints.map((step) => own(valueAt(step))),
    ...['', '', '', ''],
  ];
  return [
    [
      ...['technique', 'seeds'],
      ...(scored ? ['score (95 %)'] : []),
      ...checkpoints.map((step) => `${quantity} at ${step}`),
      ...['illegal asks', 'repeated asks', 'infeasible trials', 'engine ms a trial'],
    ],
    ...summary.techniques.map(line),
    ...(summary.baselineAt === null ? [] : [known(baselineName(problem), (step) => summary.baselineAt![step]!, '0')]),
    ...(optimum === null ? [] : [known('optimum', () => optimum, '1')]),
  ];
}

/** The best technique against each other one, by score and at every checkpoint: whose runs are better, and how sure that is. */
export function testsTable(summary: ComparisonSummary): TextTable {
  const { techniques, tests } = summary;
  const best = techniques[0]?.technique ?? '';
  const quantities = [...new Set(tests.map(({ trials }) => trials))];
  return [
    [`${best} against`, 'runs', ...quantities.map((trials) => (trials === null ? 'score' : `at ${trials}`))],
    ...techniques.slice(1).map(({ technique: other, seeds }) => {
      const cells = quantities.map((trials) => {
        const test = testOf(summary, best, other, trials);
        return test === undefined
          ? ''
          : `${test.better === best ? 'better' : 'worse'}, p ${test.pHolm < 0.001 ? '< 0.001' : `= ${test.pHolm.toFixed(3)}`}`;
      });
      return [other, `${techniques[0]?.seeds} and ${seeds}`, ...cells];
    }),
  ];
}

export function comparisonMarkdown(problem: ComparisonProblem, summary: ComparisonSummary): string {
  return [
    `# Comparison on ${problem.space}`,
    verdict(problem, summary),
    ...describeComparison(problem),
    markdownTable(comparisonTable(problem, summary)),
    ...(summary.techniques.length < 2 ? [] : ['## Tests', ABOUT_TESTS, markdownTable(testsTable(summary))]),
  ]
    .join('\n\n')
    .concat('\n');
}

/** The rows, one line each, a column for every checkpoint. */
export function comparisonCsv(rows: readonly ComparisonRow[], checkpoints: readonly number[]): string {
  const shares = ['illegalShare', 'repeatedShare', 'infeasibleShare', 'engineSeconds'];
  return writeCsv([
    ['technique', 'seed', ...checkpoints.map((step) => `at${step}`), ...shares],
    ...rows.map((row) => [
      row.technique,
      row.seed,
      ...checkpoints.map((step) => row.at[step] ?? ''),
      ...[row.illegalShare, row.repeatedShare, row.infeasibleShare ?? '', row.engineSeconds],
    ]),
  ]);
}

/** The table for a terminal, columns lined up. */
export function alignedTable(lines: TextTable): string {
  const widths = (lines[0] ?? []).map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '))
    .join('\n');
}

function markdownTable([header = [], ...lines]: TextTable): string {
  const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(header), row(header.map((_, i) => (i === 0 ? '---' : '---:'))), ...lines.map(row)].join('\n');
}

const estimateText = ({ mean, low, high }: Estimate) => `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

const short = (value: number) => String(Number(value.toPrecision(5)));

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
