import { historyChart } from '../charts/history-chart.js';
import { paretoChart } from '../charts/pareto-chart.js';
import { metricLabel } from '../charts/svg/format.js';
import { createFrame } from '../charts/svg/frame.js';
import { dot, FRONT_COLOUR, line, type Point } from '../charts/svg/marks.js';
import { losses } from '../core/objective.js';
import { front } from '../pareto/dominance.js';
import type { StudyRecord } from '../store/study-record.js';
import { type ReportChart, thinned } from './chart.js';

/** How the search went: history, front, and the distribution of what it found. */
export function searchCharts({ definition, finished }: StudyRecord): ReportChart[] {
  const { objectives } = definition;
  const metrics = objectives.map(({ metric }) => metric);
  const complete = finished.flatMap(({ number, technique, values }) =>
    values === null ? [] : [{ number, technique, values }],
  );
  if (complete.length === 0) return [];
  const members = new Set(
    front(complete.map(({ values }) => losses(values, objectives))).map((i) => complete[i]?.number),
  );
  const history: ReportChart = {
    id: 'history',
    title: 'History',
    caption: 'What was reached so far; the foot shows which technique proposed each trial.',
    draw: (size) => historyChart(finished, objectives, size),
    rows: [
      ['completion', 'number', 'technique', 'state', ...metrics, 'improvement'],
      ...finished.map(({ number, technique, state, values, improvement }, i) => [
        ...[i, number, technique, state],
        ...metrics.map((_, m) => values?.[m]),
        improvement,
      ]),
    ],
  };
  const pareto: ReportChart = {
    id: 'front',
    title: 'Pareto front',
    caption:
      objectives.length > 2
        ? 'Two of the objectives; the members are those of all.'
        : 'All measured trials, the front as steps.',
    draw: (size) => paretoChart({ trials: thinFinished(), objectives, chosen: [], baselines: [], size }),
    rows: [
      ['number', 'technique', ...metrics, 'front'],
      ...complete.map(({ number, technique, values }) => [number, technique, ...values, members.has(number)]),
    ],
  };
  return [history, ...(objectives.length > 1 ? [pareto] : []), ...objectives.map((_, i) => edfChart(i))];

  /** All members of the front, and of the others what a picture can show. */
  function thinFinished() {
    return [
      ...finished.filter(({ number }) => members.has(number)),
      ...thinned(finished.filter(({ number }) => !members.has(number))),
    ];
  }

  /** The share of the trials that are at least so good (empirical distribution function). */
  function edfChart(objective: number): ReportChart {
    const { metric, direction } = objectives[objective] as (typeof objectives)[number];
    const sign = direction === 'max' ? -1 : 1;
    const values = complete.map((trial) => trial.values[objective] as number).sort((a, b) => sign * (a - b));
    const points = values.map((value, i): Point => [value, (i + 1) / values.length]);
    return {
      id: `edf-${objective}`,
      title: `Distribution of ${metricLabel(metric)}`,
      caption: 'The share of the measured trials that are so good or better.',
      draw: (size) => {
        const frame = createFrame({
          ...size,
          title: `Share of the trials with so good a ${metricLabel(metric)}`,
          xLabel: `${metricLabel(metric)} (${direction === 'max' ? 'more' : 'less'} is better)`,
          yLabel: 'share of trials',
          xs: values,
          ys: [0, 1],
        });
        const drawn = thinned(points).map(([x, y]): Point => [frame.x.at(x), frame.y.at(y)]);
        return frame.draw(
          drawn.length === 1 ? dot(drawn[0] as Point, FRONT_COLOUR) : line(drawn, FRONT_COLOUR, { step: true }),
        );
      },
      rows: [[metric, 'share'], ...points],
    };
  }
}

/** Which technique proposed how much and what it earned, a row each. */
export function techniqueRows({ finished }: StudyRecord): (readonly (string | number)[])[] {
  const names = [...new Set(finished.map(({ technique }) => technique))].sort();
  return names.map((name) => {
    const own = finished.filter(({ technique }) => technique === name);
    const better = own.filter(({ improvement }) => improvement > 0);
    const gained = own.reduce((sum, { improvement }) => sum + improvement, 0);
    return [name, own.length, own.filter(({ values }) => values !== null).length, better.length, gained];
  });
}
