import type { ComparisonProblem, ComparisonRow } from './comparison.js';
import { expandCurve } from './reached.js';

/** What the rows add where no table could tell: the worst best value seen, and random search's mean curve. */
export function completeProblem(problem: ComparisonProblem, rows: readonly ComparisonRow[]): ComparisonProblem {
  const sign = problem.objectives[0]?.direction === 'max' ? -1 : 1;
  const seen = rows.flatMap(({ improvements }) => improvements.map(([, reached]) => reached));
  const worst = problem.worst ?? (seen.length === 0 ? 0 : seen.reduce((a, b) => (sign * (a - b) > 0 ? a : b)));
  const random = rows.filter(({ technique }) => technique === 'random');
  if (problem.baseline !== null || random.length === 0) return { ...problem, worst };
  const curves = random.map(({ improvements }) => expandCurve(improvements, problem.trials, worst));
  const baseline = Array.from(
    { length: problem.trials },
    (_, i) => curves.reduce((sum, curve) => sum + curve[i]!, 0) / curves.length,
  );
  return { ...problem, worst, baseline, baselineFrom: 'random' };
}
