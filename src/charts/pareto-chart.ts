import type { Objective } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { UsageError } from '../errors.js';
import { type CompleteTrial, summariseFront } from './front-summary.js';
import { metricLabel } from './svg/format.js';
import type { LegendEntry, Size } from './svg/frame.js';
import { createFrame } from './svg/frame.js';
import { placeLabels } from './svg/labels.js';
import {
  BASELINE_COLOUR,
  CHOSEN_COLOUR,
  dot,
  FAINT_INK,
  FRONT_COLOUR,
  line,
  type Point,
  ring,
  star,
} from './svg/marks.js';

export interface ParetoChartOptions {
  readonly trials: readonly FinishedTrial[];
  readonly objectives: readonly Objective[];
  /** Trials to mark and name. */
  readonly chosen: readonly { readonly name: string; readonly trial: number }[];
  /** Networks outside the study, values in the objectives' order; drawn as stars. */
  readonly baselines: readonly { readonly name: string; readonly values: readonly number[] }[];
  readonly size?: Size;
}

/**
 * Two objectives of a study as a picture: y is the first one to maximise (or else the second), x the first of the
 * others. All trials faint, the front as steps. With more than two objectives the front's members are still those of all.
 *
 * @throws UsageError with fewer than two objectives.
 */
export function paretoChart({ trials, objectives, chosen, baselines, size }: ParetoChartOptions): string {
  const [xAxis, yAxis] = axes(objectives);
  const { complete, front } = summariseFront(trials, objectives);
  const marked = chosen.flatMap(({ name, trial }) => {
    const found = complete.find(({ number }) => number === trial);
    return found === undefined ? [] : [{ name, values: found.values }];
  });
  const all = [...complete, ...baselines].map(({ values }) => values);
  const legend: LegendEntry[] = [
    { label: `${complete.length} trials`, mark: dot([0, 0], FAINT_INK, { opacity: 0.45 }) },
    {
      label: `front (${front.length})`,
      mark:
        line(
          [
            [-8, 0],
            [8, 0],
          ],
          FRONT_COLOUR,
        ) + dot([0, 0], FRONT_COLOUR),
    },
    ...(marked.length > 0 ? [{ label: 'chosen', mark: ring([0, 0], CHOSEN_COLOUR, 6) }] : []),
  ];
  const frame = createFrame({
    ...size,
    title: `Pareto front of ${metricLabel(nameOf(objectives, xAxis))} and ${metricLabel(nameOf(objectives, yAxis))}: ${front.length} of ${complete.length} trials`,
    xLabel: axisLabel(objectives[xAxis] as Objective),
    yLabel: axisLabel(objectives[yAxis] as Objective),
    xs: all.map((values) => values[xAxis] as number),
    ys: all.map((values) => values[yAxis] as number),
    legend,
  });
  const at = (values: readonly number[]): Point => [
    frame.x.at(values[xAxis] as number),
    frame.y.at(values[yAxis] as number),
  ];
  const members = new Set<CompleteTrial>(front);
  const labels = [...marked, ...baselines].map(({ name, values }) => ({
    text: name,
    x: at(values)[0],
    y: at(values)[1],
  }));
  return frame.draw(
    ...complete
      .filter((trial) => !members.has(trial))
      .map(({ values }) => dot(at(values), FAINT_INK, { opacity: 0.3 })),
    objectives.length === 2
      ? line(
          steps(
            front.map(({ values }) => at(values)),
            objectives[xAxis] as Objective,
          ),
          FRONT_COLOUR,
          { step: true },
        )
      : '',
    ...front.map(({ values }) => dot(at(values), FRONT_COLOUR, { radius: 4 })),
    ...baselines.map(({ values }) => star(at(values), BASELINE_COLOUR)),
    ...marked.map(({ values }) => ring(at(values), CHOSEN_COLOUR)),
    placeLabels(
      labels,
      frame,
      front.map(({ values }) => at(values)),
    ),
  );
}

function axes(objectives: readonly Objective[]): [x: number, y: number] {
  if (objectives.length < 2) {
    throw new UsageError('a picture of the front needs two objectives', { remedy: 'choose --format csv or json' });
  }
  const maximised = objectives.findIndex(({ direction }) => direction === 'max');
  const y = maximised < 0 ? 1 : maximised;
  return [objectives.findIndex((_, i) => i !== y), y];
}

/** From the best x on: the reachable y holds until the next member, so steps turn at the worse of two x. */
function steps(points: readonly Point[], { direction }: Objective): Point[] {
  return [...points].sort((a, b) => (direction === 'min' ? a[0] - b[0] : b[0] - a[0]));
}

const nameOf = (objectives: readonly Objective[], axis: number): string => (objectives[axis] as Objective).metric;

const axisLabel = ({ metric, direction }: Objective): string =>
  `${metricLabel(metric)} (${direction === 'max' ? 'more' : 'less'} is better)`;
