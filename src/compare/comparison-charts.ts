import { element, text } from '../charts/svg/element.js';
import { createFrame, svgDocument } from '../charts/svg/frame.js';
import { shortened, textWidth } from '../charts/svg/labels.js';
import { band, colourOf, dot, FAINT_INK, GRID, INK, line, type Point } from '../charts/svg/marks.js';
import { createScale } from '../charts/svg/scale.js';
import { bootstrapBand } from '../numerics/statistics.js';
import type { ComparisonProblem, ComparisonRow, ComparisonSummary } from './comparison.js';
import { baselineName } from './comparison-text.js';
import { expandCurve, normalisedScore } from './reached.js';

/** More positions than this a picture does not show. */
const POSITIONS = 240;
/** The first trials are far off everything that follows and would flatten it: values start after this part of the budget. */
const LEFT_OUT = 0.05;
/** More bands than these cover one another. */
const BANDS = 3;

/**
 * Mean curves over the trials of `order`'s techniques, the first three with their 95 % bands: best value or hypervolume,
 * or with `score` the normalised score.
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
    title: `${yLabel} over ${trials} trials on ${problem.space}, mean over seeds${order.length > BANDS ? `, 95 % bands of the first ${BANDS}` : ' and 95 % band'}`,
    xLabel: 'trial',
    yLabel,
    xs: [first, Math.max(first + 1, trials)],
    ys: [
      ...curves.flatMap(({ mean, low, high }, i) => (i < BANDS ? [...low, ...high] : mean)),
      ...expected,
      ...(kind === 'score' ? [0, 1] : []),
    ],
    xInteger: true,
    legend: [
      ...order.map((technique, i) => ({
        label: shortened(technique, WIDTH - 140, 12),
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
    ...curves.slice(0, BANDS).map(({ low, high }, i) => band(points(low), points(high), colourOf(i))),
    expected.length === 0 ? '' : line(points(expected), INK, { width: 1 }),
    ...curves.map(({ mean }, i) => line(points(mean), colourOf(i), styleOf(i))),
  );
}

/** Colours come again after eight; the second round is dashed. */
const styleOf = (index: number) => ({ dashed: index >= 8 });

const WIDTH = 860;
const ROW = 24;
const HEAD = 16;
const FOOT = 46;

/**
 * Every technique's mean at the end of the budget (its score where there is one) with the 95 % interval, a row each, the
 * best first: intervals that lie apart are what a reader may trust at a glance. Empty with fewer than two techniques.
 */
export function intervalsChart(problem: ComparisonProblem, summary: ComparisonSummary): string {
  const scored = summary.techniques.every(({ score }) => score !== null);
  const rows = summary.techniques.map(({ technique, score, at }) => ({
    technique,
    ...(scored && score !== null ? score : at[problem.trials]!),
  }));
  if (rows.length < 2) return '';
  const left = 24 + Math.max(...rows.map(({ technique }) => textWidth(technique, 13)));
  const bottom = HEAD + rows.length * ROW;
  const x = createScale(
    rows.flatMap(({ low, high }) => [low, high]),
    Math.min(left, WIDTH / 2),
    WIDTH - 24,
    { count: 8 },
  );
  const name = scored ? 'score' : problem.reference === null ? (problem.objectives[0]?.metric ?? '') : 'hypervolume';
  const label = (at: number, y: number, anchor: string, content: string, fill: string) =>
    element('text', { x: at, y, 'text-anchor': anchor, fill, 'font-size': 13 }, text(content));
  const title = `${scored ? 'Score' : `Reached after ${problem.trials} trials`}: mean and 95 % interval over seeds`;
  return svgDocument(WIDTH, bottom + FOOT, title, [
    ...x.ticks.flatMap((tick) => [
      element('line', { x1: x.at(tick), x2: x.at(tick), y1: HEAD, y2: bottom, stroke: GRID }),
      label(x.at(tick), bottom + 18, 'middle', String(tick), FAINT_INK),
    ]),
    label((Math.min(left, WIDTH / 2) + WIDTH - 24) / 2, bottom + 38, 'middle', name, INK),
    ...rows.flatMap(({ technique, mean, low, high }, i) => {
      const y = HEAD + (i + 0.5) * ROW;
      return [
        label(x.at(x.low) - 10, y + 4, 'end', shortened(technique, WIDTH / 2 - 20, 13), INK),
        line(
          [
            [x.at(low), y],
            [x.at(high), y],
          ],
          colourOf(0),
          { width: 3 },
        ),
        dot([x.at(mean), y], colourOf(0), { radius: 5 }),
      ];
    }),
  ]);
}
