import type { Objective } from '../core/objective.js';
import { losses } from '../core/objective.js';
import type { FinishedTrial } from '../core/trial.js';
import { bestCurve, hypervolumeCurve } from '../pareto/growing-front.js';
import { summariseFront } from './front-summary.js';
import { metricLabel } from './svg/format.js';
import { createFrame, type Size } from './svg/frame.js';
import { colourOf, dot, FAINT_INK, line, type Point, whisker } from './svg/marks.js';

/**
 * How a search went: what was reached so far against the trial told (several objectives: hypervolume as a share of the
 * last one; one objective: its best value), coloured by the technique that proposed. Trials without values count along
 * the axis. The marks along the foot show who proposed every trial.
 */
export function historyChart(
  trials: readonly FinishedTrial[],
  objectives: readonly Objective[],
  size: Size = { width: 860, height: 340 },
): string {
  const techniques = [...new Set(trials.map(({ technique }) => technique))].sort();
  const colours = new Map(techniques.map((technique, i) => [technique, colourOf(i)]));
  const single = objectives.length === 1;
  const reached = single
    ? bestCurve(
        trials.map(({ values }) => values),
        objectives,
      )
    : hypervolumeSoFar(trials, objectives);
  const points = reached.flatMap((value, i) =>
    value === undefined ? [] : [{ position: i + 1, value, trial: trials[i] as FinishedTrial }],
  );
  const values = single ? trials.flatMap((trial) => trial.values?.[0] ?? []) : [];
  const name = single
    ? `best ${metricLabel(objectives[0]?.metric ?? '')} so far`
    : 'hypervolume so far (share of the last)';
  const frame = createFrame({
    ...size,
    title: `Search history: ${name} over ${trials.length} trials`,
    xLabel: 'trial',
    yLabel: name,
    xs: [1, Math.max(2, trials.length)],
    ys: [...points.map(({ value }) => value), ...values, ...(single ? [] : [0, 1])],
    xInteger: true,
    legend: techniques.map((technique) => ({
      label: technique,
      mark: dot([0, 0], colours.get(technique) as string, { radius: 5 }),
    })),
  });
  const colourOfTrial = ({ technique }: FinishedTrial) => colours.get(technique) as string;
  const curve: Point[] = points.map(({ position, value }) => [frame.x.at(position), frame.y.at(value)]);
  const gains = points.filter(({ value }, i) => i === 0 || value !== points[i - 1]?.value);
  return frame.draw(
    ...trials.map((trial, i) => whisker([frame.x.at(i + 1), frame.bottom - 5], 4, colourOfTrial(trial))),
    ...(single
      ? trials.flatMap((trial, i) =>
          trial.values === null
            ? []
            : [
                dot([frame.x.at(i + 1), frame.y.at(trial.values[0] as number)], colourOfTrial(trial), {
                  radius: 2.5,
                  opacity: 0.5,
                }),
              ],
        )
      : []),
    curve.length > 0 ? line(curve, FAINT_INK, { step: true, width: 1.5 }) : '',
    ...gains.map(({ position, value, trial }) =>
      dot([frame.x.at(position), frame.y.at(value)], colourOfTrial(trial), { radius: 4 }),
    ),
  );
}

function hypervolumeSoFar(trials: readonly FinishedTrial[], objectives: readonly Objective[]): (number | undefined)[] {
  const { complete, reference, hypervolume: last } = summariseFront(trials, objectives);
  if (complete.length === 0 || last === 0) return trials.map(() => undefined);
  const points = trials.map(({ values }) => (values === null ? null : losses(values, objectives)));
  return hypervolumeCurve(points, losses(reference, objectives)).map((reached) => reached / last);
}
