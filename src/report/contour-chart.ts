import { type Axis, unitOf } from '../analysis/axes.js';
import { createRng } from '../base/rng.js';
import { shortNumber } from '../base/short-number.js';
import { element } from '../charts/svg/element.js';
import { metricLabel } from '../charts/svg/format.js';
import { createFrame } from '../charts/svg/frame.js';
import { shortened } from '../charts/svg/labels.js';
import { dot } from '../charts/svg/marks.js';
import type { Objective } from '../core/objective.js';
import type { Configuration, Feature } from '../core/space.js';
import { createRandomForest } from '../technique-kit/random-forest.js';
import { drawnAt, isNarrow, type ReportChart, thinned, ticksOf } from './chart.js';
import { shade } from './shade.js';

const CELLS = 20;
const TREES = 24;
/** Trials that the forest learns from, and over which the other parameters are averaged, at most. */
const MOST_TRIALS = 800;
const MOST_OTHERS = 40;

/**
 * What a random forest expects of two parameters, the others as the trials have them (partial dependence: Friedman,
 * 2001), and the trials themselves over it.
 */
export function contourChart(options: {
  readonly id: string;
  readonly objective: Objective;
  readonly axes: readonly Axis[];
  readonly pair: readonly [Axis, Axis];
  readonly trials: readonly { readonly configuration: Configuration; readonly value: number }[];
}): ReportChart {
  const { id, objective, axes, pair, trials } = options;
  const [first, second] = pair;
  const grid = expectations(axes, pair, trials);
  const all = grid.map(({ value }) => value);
  const [low, high] = [all.reduce((a, b) => Math.min(a, b), Infinity), all.reduce((a, b) => Math.max(a, b), -Infinity)];
  // Dark is good.
  const shadeOf = (value: number) => {
    const share = high > low ? (value - low) / (high - low) : 0.5;
    return shade(objective.direction === 'max' ? share : 1 - share);
  };
  const label = metricLabel(objective.metric);
  return {
    id,
    title: `${label} by ${first.name} and ${second.name}`,
    caption:
      'Shades are what a random forest of all trials expects, averaged over the other parameters; dots are trials.',
    draw: (size) => {
      const frame = createFrame({
        ...size,
        title: `${label} expected by ${first.name} and ${second.name}`,
        xLabel: shortened(first.name, size.width - 100, 13),
        yLabel: shortened(second.name, size.height - 80, 13),
        xs: [0, 1],
        ys: [0, 1],
        xTicks: ticksOf(first, isNarrow(size) ? 4 : 7),
        yTicks: ticksOf(second, 6),
        legend: [low, (low + high) / 2, high].map((value) => ({
          label: shortNumber(Number(value.toPrecision(3))),
          mark: element('rect', { x: -7, y: -7, width: 14, height: 14, fill: shadeOf(value) }),
        })),
      });
      const cells = grid.map(({ x, y, width, height, value }) => {
        const left = frame.x.at(x);
        const top = frame.y.at(y + height);
        const box = { x: left, y: top, width: frame.x.at(x + width) - left + 0.4, height: frame.y.at(y) - top + 0.4 };
        return element('rect', { ...box, fill: shadeOf(value) });
      });
      const dots = thinned(trials, 600).flatMap(({ configuration }) => {
        const [a, b] = [first.place(configuration), second.place(configuration)];
        if (a === undefined || b === undefined) return [];
        return [
          dot([frame.x.at(drawnAt(first, a)), frame.y.at(drawnAt(second, b))], '#f7f7f7', {
            radius: 2.2,
            opacity: 0.75,
          }),
        ];
      });
      return frame.draw(...cells, ...dots);
    },
    rows: [[first.name, second.name, `expected ${objective.metric}`], ...grid.map(({ at, value }) => [...at, value])],
  };
}

interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly at: readonly [unknown, unknown];
  readonly value: number;
}

function expectations(
  axes: readonly Axis[],
  pair: readonly [Axis, Axis],
  trials: readonly { readonly configuration: Configuration; readonly value: number }[],
): Cell[] {
  const features = axes.map(
    (axis): Feature => ({
      parameter: axis.name,
      kind: axis.kind === 'category' ? 'category' : 'numeric',
      cardinality: axis.kind === 'category' ? axis.values.length : Infinity,
      absent: -1,
    }),
  );
  const rowOf = (configuration: Configuration) =>
    axes.map((axis) => {
      const place = axis.place(configuration);
      return place === undefined ? -1 : axis.kind === 'category' ? place : unitOf(axis, place);
    });
  const known = thinned(trials, MOST_TRIALS);
  const rows = known.map(({ configuration }) => rowOf(configuration));
  const forest = createRandomForest(
    features,
    Float64Array.from(rows.flat()),
    Float64Array.from(known, ({ value }) => value),
    { trees: TREES, leastLeaf: 2, share: 1 },
    createRng('contour', known.length),
  );
  const others = thinned(rows, MOST_OTHERS);
  const [a, b] = pair.map((axis) => axes.indexOf(axis)) as [number, number];
  const stopsOf = (axis: Axis) => {
    const count = axis.kind === 'category' ? axis.values.length : Math.min(CELLS, axis.count ?? CELLS);
    return Array.from({ length: count }, (_, i) => {
      // A grid of values has cells around them, cut off at the ends; a continuum is cut evenly.
      const centre =
        axis.kind === 'category' || axis.count === null ? (i + 0.5) / count : count > 1 ? i / (count - 1) : 0.5;
      const half = axis.kind === 'category' || axis.count === null ? 0.5 / count : count > 1 ? 0.5 / (count - 1) : 0.5;
      const from = Math.max(0, centre - half);
      return {
        from,
        width: Math.min(1, centre + half) - from,
        feature: axis.kind === 'category' ? i : centre,
        said: axis.kind === 'category' ? axis.values[i] : valueAt(axis, centre),
      };
    });
  };
  return stopsOf(pair[0]).flatMap((x) =>
    stopsOf(pair[1]).map((y): Cell => {
      const expected = others.map((row) => forest.predict(row.with(a, x.feature).with(b, y.feature)).mean);
      const value = expected.reduce((sum, own) => sum + own, 0) / expected.length;
      return { x: x.from, y: y.from, width: x.width, height: y.width, at: [x.said, y.said], value };
    }),
  );
}

function valueAt({ low, high, isLog, labels }: Extract<Axis, { kind: 'numeric' }>, share: number): unknown {
  const value = isLog ? low * (high / low) ** share : low + share * (high - low);
  return labels === undefined ? value : labels[Math.round(value)];
}
