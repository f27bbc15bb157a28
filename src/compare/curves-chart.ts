import { createFrame } from '../charts/svg/frame.js';
import { band, line, type Point } from '../charts/svg/marks.js';
import { colourOf, INK } from '../charts/svg/palette.js';
import { bootstrapBand } from '../numerics/statistics/bootstrap-band.js';
import { baselineName } from './baseline-name.js';
import type { ComparisonProblem, ComparisonRow } from './comparison.js';
import { normalisedScore } from './normalised-score.js';
import { expandCurve } from './reached.js';

/** More positions than this a picture does not show. */
const POSITIONS = 240;
/** The first trials are far off everything that follows and would flatten it: values start after this part of the budget. */
const LEFT_OUT = 0.05;

/**
 * Mean curves over the trials with their 95 % bands, of `order`'s techniques: best value or hypervolume, or with `score`
 * the normalised score.
 */
export function curvesChart(
  problem: ComparisonProblem,
  rows: readonly ComparisonRow[],
  order: readonly string[],
  kind: 'reached' | 'score',
): string {
  const { trials, baseline, optimum, reference, objectives } = problem;
  const first = kind === 'score' ? 1 : Math.max(1, Math.round(LEFT_OUT * trials));
  const count = Math.min(POSITIONS, trials - first + 1);
  const positions = [
    ...new Set(
      Array.from({ length: count }, (_, i) => Math.round(first + (i * (trials - first)) / Math.max(1, count - 1))),
    ),
  ];
  const share = kind === 'reached' && reference !== null && optimum !== null ? optimum : 1;
  const curves = order.map((technique) => {
    const own = rows.filter((row) => row.technique === technique);
    const whole = own.map(({ improvements }) => expandCurve(improvements, trials, problem.worst ?? 0));
    const shown = whole.map((curve) =>
      kind === 'score' ? normalisedScore(curve, baseline ?? [], optimum ?? 0) : curve,
    );
    return bootstrapBand(shown.map((curve) => positions.map((position) => curve[position - 1]! / share)));
  });
  const expected = kind === 'reached' && baseline !== null ? positions.map((at) => baseline[at - 1]! / share) : [];
  const yLabel =
    kind === 'score'
      ? 'normalised score'
      : reference === null
        ? `best ${objectives[0]?.metric ?? ''} so far`
        : optimum === null
          ? 'hypervolume'
          : 'share of the best hypervolume';
  const frame = createFrame({
    title: `${yLabel} over ${trials} trials on ${problem.space}, mean and 95 % band over seeds`,
    xLabel: 'trial',
    yLabel,
    xs: [first, Math.max(first + 1, trials)],
    ys: [...curves.flatMap(({ low, high }) => [...low, ...high]), ...expected, ...(kind === 'score' ? [0, 1] : [])],
    xInteger: true,
    legend: [
      ...order.map((technique, i) => ({
        label: technique,
        mark: line(
          [
            [-8, 0],
            [8, 0],
          ],
          colourOf(i),
          styleOf(i),
        ),
      })),
      ...(expected.length === 0
        ? []
        : [
            {
              label: baselineName(problem),
              mark: line(
                [
                  [-8, 0],
                  [8, 0],
                ],
                INK,
                { width: 1 },
              ),
            },
          ]),
    ],
  });
  const points = (values: readonly number[]): Point[] =>
    values.map((value, i) => [frame.x.at(positions[i]!), frame.y.at(value)]);
  return frame.draw(
    ...curves.map(({ low, high }, i) => band(points(low), points(high), colourOf(i))),
    expected.length === 0 ? '' : line(points(expected), INK, { width: 1 }),
    ...curves.map(({ mean }, i) => line(points(mean), colourOf(i), styleOf(i))),
  );
}

/** Colours come again after eight; the second round is dashed. */
const styleOf = (index: number) => ({ dashed: index >= 8 });
