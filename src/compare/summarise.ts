import { mean } from 'simple-statistics';
import { bootstrapBand, holm, rankSum } from '../numerics/statistics.js';
import type {
  ComparisonProblem,
  ComparisonRow,
  ComparisonSummary,
  Estimate,
  PairTest,
  TechniqueSummary,
} from './comparison.js';
import { checkpoints, expandCurve, normalisedScore } from './reached.js';

/** The runs of one technique, each as a curve over 1, 2, …, trials. */
interface Runs {
  readonly technique: string;
  readonly rows: readonly ComparisonRow[];
  readonly curves: readonly (readonly number[])[];
}

/** Above this a difference may be chance. */
const LEVEL = 0.05;

/** Means, scores and tests of a comparison, of all the seeds that every technique has. */
export function summarise(problem: ComparisonProblem, rows: readonly ComparisonRow[]): ComparisonSummary {
  const { trials, baseline } = problem;
  const steps = checkpoints(trials);
  // Larger is better for a hypervolume and for an objective to maximise.
  const sign = problem.reference !== null || problem.objectives[0]?.direction === 'max' ? -1 : 1;
  const runs = [...new Set(rows.map(({ technique }) => technique))].map((technique): Runs => {
    const own = rows.filter((row) => row.technique === technique);
    const curves = own.map(({ improvements }) => expandCurve(improvements, trials, problem.worst ?? 0));
    return { technique, rows: own, curves };
  });
  const techniques = runs.map((run) => summariseTechnique(run, problem, steps));
  const betterFirst = (a: TechniqueSummary, b: TechniqueSummary) =>
    a.score !== null && b.score !== null
      ? b.score.mean - a.score.mean
      : sign * (a.at[trials]!.mean - b.at[trials]!.mean);
  return {
    checkpoints: steps,
    baselineAt: baseline === null ? null : record(steps, (step) => baseline[step - 1]!),
    techniques: techniques.sort((a, b) => betterFirst(a, b) || (a.technique < b.technique ? -1 : 1)),
    tests: [
      ...(techniques.every(({ score }) => score !== null)
        ? testPairs(runs, null, (run) => scoresOf(run, problem))
        : []),
      ...steps.flatMap((step) =>
        testPairs(runs, step, ({ curves }) => curves.map((curve) => -sign * curve[step - 1]!)),
      ),
    ],
  };
}

function summariseTechnique(run: Runs, problem: ComparisonProblem, steps: readonly number[]): TechniqueSummary {
  const { technique, rows, curves } = run;
  const { trials, baseline, optimum, reference } = problem;
  const at = (step: number) => estimate(curves.map((curve) => curve[step - 1]!));
  const hasScore = baseline !== null && optimum !== null;
  const infeasible = rows.flatMap(({ infeasibleShare }) => infeasibleShare ?? []);
  return {
    technique,
    seeds: rows.length,
    score: hasScore ? estimate(scoresOf(run, problem)) : null,
    at: record(steps, at),
    scoreAt: hasScore ? record(steps, (step) => mean(scoreCurves(run, problem).map((score) => score[step - 1]!))) : {},
    shareAt: reference === null || optimum === null ? {} : record(steps, (step) => at(step).mean / optimum),
    illegalShare: mean(rows.map(({ illegalShare }) => illegalShare)),
    repeatedShare: mean(rows.map(({ repeatedShare }) => repeatedShare)),
    infeasibleShare: infeasible.length === 0 ? null : mean(infeasible),
    engineSecondsPerTrial: mean(rows.map(({ engineSeconds }) => engineSeconds / trials)),
  };
}

/** Every run's normalised score by trial; none without a baseline or an optimum. */
const scoreCurves = ({ curves }: Runs, { baseline, optimum }: ComparisonProblem): number[][] =>
  baseline === null || optimum === null ? [] : curves.map((curve) => normalisedScore(curve, baseline, optimum));

const scoresOf = (run: Runs, problem: ComparisonProblem): number[] =>
  scoreCurves(run, problem).map((score) => mean(score));

/** @param valuesOf one a run, larger is better. */
function testPairs(runs: readonly Runs[], trials: number | null, valuesOf: (run: Runs) => number[]): PairTest[] {
  const pairs = runs.flatMap((a, i) => runs.slice(i + 1).map((b) => [a, b] as const));
  const tests = pairs.map(([a, b]) => {
    const [left, right] = [valuesOf(a), valuesOf(b)];
    const better = (mean(left) >= mean(right) ? a : b).technique;
    return { trials, a: a.technique, b: b.technique, better, ...rankSum(left, right) };
  });
  const corrected = holm(tests.map(({ p }) => p));
  return tests.map((test, i) => ({ ...test, pHolm: corrected[i]! }));
}

/** The test of two techniques after so many trials, or with null by their scores. */
export const testOf = ({ tests }: ComparisonSummary, one: string, other: string, trials: number | null) =>
  tests.find((pair) => pair.trials === trials && [pair.a, pair.b].includes(one) && [pair.a, pair.b].includes(other));

/** Whether the tests tell one technique to be better than another, at the 5 % level. */
export function isAhead(summary: ComparisonSummary, one: string, other: string, trials: number | null): boolean {
  const test = testOf(summary, one, other, trials);
  return test !== undefined && test.better === one && test.pHolm < LEVEL;
}

function estimate(values: readonly number[]): Estimate {
  const band = bootstrapBand(values.map((value) => [value]));
  return { mean: band.mean[0]!, low: band.low[0]!, high: band.high[0]! };
}

const record = <T>(steps: readonly number[], of: (step: number) => T): { readonly [step: string]: T } =>
  Object.fromEntries(steps.map((step) => [step, of(step)]));
