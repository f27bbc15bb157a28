import { mean } from 'simple-statistics';
import { bootstrapBand } from '../numerics/statistics/bootstrap-band.js';
import { criticalDifference } from '../numerics/statistics/critical-difference.js';
import { friedman } from '../numerics/statistics/friedman.js';
import { holm } from '../numerics/statistics/holm.js';
import { wilcoxonSignedRank } from '../numerics/statistics/wilcoxon-signed-rank.js';
import { checkpoints } from './checkpoints.js';
import type {
  ComparisonProblem,
  ComparisonRow,
  ComparisonSummary,
  Estimate,
  PairTest,
  TechniqueSummary,
} from './comparison.js';
import { normalisedScore } from './normalised-score.js';
import { expandCurve } from './reached.js';

/** The runs of one technique: curves over 1, 2, …, trials by seed. */
interface Runs {
  readonly technique: string;
  readonly rows: readonly ComparisonRow[];
  readonly curves: ReadonlyMap<number, readonly number[]>;
}

/**
 * Means, scores, ranks and tests of a comparison. Means and tests take the seeds a technique has (a pair those both
 * have); ranks take the techniques that have every seed, since a rank says nothing over other blocks.
 */
export function summarise(problem: ComparisonProblem, rows: readonly ComparisonRow[]): ComparisonSummary {
  const { trials, baseline } = problem;
  const steps = checkpoints(trials);
  // Larger is better for a hypervolume and for an objective to maximise.
  const sign = problem.reference !== null || problem.objectives[0]?.direction === 'max' ? -1 : 1;
  const runs = [...new Set(rows.map(({ technique }) => technique))].map((technique): Runs => {
    const own = rows.filter((row) => row.technique === technique);
    const curves = own.map(
      ({ seed, improvements }) => [seed, expandCurve(improvements, trials, problem.worst ?? 0)] as const,
    );
    return { technique, rows: own, curves: new Map(curves) };
  });
  const seeds = [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b);
  const ranked = runs.filter(({ curves }) => curves.size === seeds.length);
  const friedmanAt = new Map(
    steps.map((step) => [
      step,
      friedman(seeds.map((seed) => ranked.map(({ curves }) => sign * curves.get(seed)![step - 1]!))),
    ]),
  );
  const rankOf = (technique: string, step: number) =>
    friedmanAt.get(step)!.meanRanks[ranked.findIndex((run) => run.technique === technique)] ?? null;
  const techniques = runs.map((run) => summariseTechnique(run, problem, steps, rankOf));
  const betterFirst = (a: TechniqueSummary, b: TechniqueSummary) =>
    a.score !== null && b.score !== null
      ? b.score.mean - a.score.mean
      : sign * (a.at[trials]!.mean - b.at[trials]!.mean);
  return {
    checkpoints: steps,
    baselineAt: baseline === null ? null : record(steps, (step) => baseline[step - 1]!),
    techniques: techniques.sort((a, b) => betterFirst(a, b) || (a.technique < b.technique ? -1 : 1)),
    friedman: record(steps, (step) => {
      const { statistic, p } = friedmanAt.get(step)!;
      return { statistic, p };
    }),
    criticalDifference: ranked.length < 2 ? null : criticalDifference(ranked.length, seeds.length),
    tests: steps.flatMap((step) => testPairs(runs, step, sign)),
  };
}

function summariseTechnique(
  { technique, rows, curves }: Runs,
  { trials, baseline, optimum, reference }: ComparisonProblem,
  steps: readonly number[],
  rankOf: (technique: string, step: number) => number | null,
): TechniqueSummary {
  const list = [...curves.values()];
  const at = (step: number) => estimate(list.map((curve) => curve[step - 1]!));
  const scores =
    baseline === null || optimum === null ? null : list.map((curve) => normalisedScore(curve, baseline, optimum));
  const infeasible = rows.flatMap(({ infeasibleShare }) => infeasibleShare ?? []);
  return {
    technique,
    seeds: rows.length,
    score: scores === null ? null : estimate(scores.map((score) => mean(score))),
    at: record(steps, at),
    scoreAt: scores === null ? {} : record(steps, (step) => mean(scores.map((score) => score[step - 1]!))),
    shareAt: reference === null || optimum === null ? {} : record(steps, (step) => at(step).mean / optimum),
    meanRank: record(steps, (step) => rankOf(technique, step)),
    illegalShare: mean(rows.map(({ illegalShare }) => illegalShare)),
    repeatedShare: mean(rows.map(({ repeatedShare }) => repeatedShare)),
    infeasibleShare: infeasible.length === 0 ? null : mean(infeasible),
    engineSecondsPerTrial: mean(rows.map(({ engineSeconds }) => engineSeconds / trials)),
  };
}

function testPairs(runs: readonly Runs[], step: number, sign: number): PairTest[] {
  const pairs = runs.flatMap((a, i) => runs.slice(i + 1).map((b) => [a, b] as const));
  const tests = pairs.map(([a, b]) => {
    const shared = [...a.curves.keys()].filter((seed) => b.curves.has(seed));
    const [left, right] = [a, b].map(({ curves }) => shared.map((seed) => sign * curves.get(seed)![step - 1]!)) as [
      number[],
      number[],
    ];
    const isBetter = shared.length > 0 && mean(left) <= mean(right);
    return {
      ...{ trials: step, a: a.technique, b: b.technique, better: (isBetter ? a : b).technique },
      ...wilcoxonSignedRank(left, right),
    };
  });
  const corrected = holm(tests.map(({ p }) => p));
  return tests.map((test, i) => ({ ...test, pHolm: corrected[i]! }));
}

function estimate(values: readonly number[]): Estimate {
  const band = bootstrapBand(values.map((value) => [value]));
  return { mean: band.mean[0]!, low: band.low[0]!, high: band.high[0]! };
}

const record = <T>(steps: readonly number[], of: (step: number) => T): { readonly [step: string]: T } =>
  Object.fromEntries(steps.map((step) => [step, of(step)]));
