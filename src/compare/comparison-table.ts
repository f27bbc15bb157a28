import { baselineName } from './baseline-name.js';
import type { ComparisonProblem, ComparisonSummary, Estimate, TechniqueSummary } from './comparison.js';

/** A table as text, cell by cell: the first row is the header, the first column the names. */
export type TextTable = readonly (readonly string[])[];

/** One line a technique, the best first, then what random search is expected to reach and the optimum. */
export function comparisonTable(problem: ComparisonProblem, summary: ComparisonSummary): TextTable {
  const { checkpoints } = summary;
  const { optimum, reference, objectives } = problem;
  const isShare = reference !== null && optimum !== null;
  const quantity = reference === null ? (objectives[0]?.metric ?? '') : isShare ? 'hypervolume share' : 'hypervolume';
  const scored = summary.techniques.some(({ score }) => score !== null);
  const last = checkpoints.at(-1) as number;
  const own = (value: number) => (isShare ? (value / optimum).toFixed(3) : short(value));
  const line = (technique: TechniqueSummary) => [
    ...[technique.technique, String(technique.seeds)],
    ...(scored ? [technique.score === null ? '' : estimateText(technique.score)] : []),
    ...checkpoints.map((step) => own(technique.at[step]!.mean)),
    technique.meanRank[last]?.toFixed(2) ?? '',
    ...[technique.illegalShare, technique.repeatedShare].map(percent),
    technique.infeasibleShare === null ? '' : percent(technique.infeasibleShare),
    (1000 * technique.engineSecondsPerTrial).toFixed(2),
  ];
  const known = (name: string, valueAt: (step: number) => number, score: string) => [
    ...[name, ''],
    ...(scored ? [score] : []),
    ...checkpoints.map((step) => own(valueAt(step))),
    ...['', '', '', '', ''],
  ];
  return [
    [
      ...['technique', 'seeds'],
      ...(scored ? ['score (95 %)'] : []),
      ...checkpoints.map((step) => `${quantity} at ${step}`),
      ...[`mean rank at ${last}`, 'illegal asks', 'repeated asks', 'infeasible trials', 'engine ms a trial'],
    ],
    ...summary.techniques.map(line),
    ...(summary.baselineAt === null ? [] : [known(baselineName(problem), (step) => summary.baselineAt![step]!, '0')]),
    ...(optimum === null ? [] : [known('optimum', () => optimum, '1')]),
  ];
}

const estimateText = ({ mean, low, high }: Estimate) => `${mean.toFixed(3)} (${low.toFixed(3)} to ${high.toFixed(3)})`;

const short = (value: number) => String(Number(value.toPrecision(5)));

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
