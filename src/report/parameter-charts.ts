import { type Axis, axesOf } from '../analysis/axes.js';
import { importances } from '../analysis/importance.js';
import { element, text } from '../charts/svg/element.js';
import { metricLabel } from '../charts/svg/format.js';
import { createFrame, type Size, svgDocument } from '../charts/svg/frame.js';
import { shortened } from '../charts/svg/labels.js';
import { dot, FAINT_INK, FRONT_COLOUR, INK, line, type Point } from '../charts/svg/marks.js';
import { createScale } from '../charts/svg/scale.js';
import { losses } from '../core/objective.js';
import type { StudyRecord } from '../store/study-record.js';
import { drawnAt, isNarrow, type ReportChart, thinned, ticksOf } from './chart.js';
import { contourChart } from './contour-chart.js';
import { markShade } from './shade.js';

/** Parameters that pictures show, the most important first. */
const MOST_SLICES = 12;
const MOST_PARALLEL = 12;
const BAR = 34;

/**
 * What parameters have to do with what is optimised: importance, slices, a contour of two, parallel coordinates.
 *
 * @param contour the two parameters of the contour; the two most important ones unless given.
 */
export function parameterCharts(study: StudyRecord, contour?: readonly [string, string]): ReportChart[] {
  const { objectives } = study.definition;
  const complete = study.finished.flatMap(({ number, configuration, values }) =>
    values === null ? [] : [{ number, configuration, values }],
  );
  if (complete.length < 2) return [];
  const axes = axesOf(study.definition, study.finished);
  const importance = importances(study);
  const rank = new Map(importance.at(-1)?.parameters.map(({ name }, i) => [name, i]));
  const ordered = [...axes].sort((a, b) => (rank.get(a.name) ?? 0) - (rank.get(b.name) ?? 0));
  const chosen = contour?.map((name) => axes.find((axis) => axis.name === name)) ?? ordered.slice(0, 2);
  const [first, second] = chosen;
  return [
    importanceChart(),
    ...objectives.map((_, i) => sliceChart(i)),
    ...(first === undefined || second === undefined
      ? []
      : objectives.map((objective, i) =>
          contourChart({
            id: `contour-${i}`,
            objective,
            axes,
            pair: [first, second],
            trials: complete.map((trial) => ({ ...trial, value: trial.values[i] as number })),
          }),
        )),
    parallelChart(),
  ];

  function importanceChart(): ReportChart {
    return {
      id: 'importance',
      title: 'Importance of the parameters',
      caption: 'PED-ANOVA: how the best tenth of the trials differ from all; shares of 1.',
      draw: ({ width }) => {
        const parts: string[] = [];
        let y = 8;
        const most = importance.reduce(
          (top, { parameters }) => Math.max(top, ...parameters.map((one) => one.importance)),
          0,
        );
        for (const { objective, parameters } of importance) {
          parts.push(
            element(
              'text',
              { x: 12, y: y + 16, fill: INK, 'font-size': 13, 'font-weight': 600 },
              text(metricLabel(objective)),
            ),
          );
          y += 26;
          for (const { name, importance: share } of parameters.slice(0, MOST_SLICES)) {
            const label = `${shortened(name, width - 90, 12)}  ${share.toFixed(3)}`;
            const reach = most > 0 ? ((width - 24) * share) / most : 0;
            parts.push(element('text', { x: 12, y: y + 12, fill: FAINT_INK, 'font-size': 12 }, text(label)));
            parts.push(
              element('rect', { x: 12, y: y + 17, width: Math.max(1, reach), height: 10, fill: FRONT_COLOUR }),
            );
            y += BAR;
          }
        }
        return svgDocument(width, y + 8, 'Importance of the parameters', parts);
      },
      rows: [
        ['objective', 'method', 'parameter', 'importance'],
        ...importance.flatMap(({ objective, method, parameters }) =>
          parameters.map((one) => [objective, method, one.name, one.importance]),
        ),
      ],
    };
  }

  /** One small picture a parameter, all with the same values upwards. */
  function sliceChart(objective: number): ReportChart {
    const { metric, direction } = objectives[objective] as (typeof objectives)[number];
    const shown = ordered.slice(0, MOST_SLICES);
    return {
      id: `slices-${objective}`,
      title: `Slices of ${metricLabel(metric)}`,
      caption: `Every measured trial by one parameter at a time${axes.length > shown.length ? `, the ${shown.length} most important` : ''}; dark is late.`,
      draw: (size) => {
        const columns = isNarrow(size) ? 1 : Math.min(3, shown.length);
        const cell = { width: size.width / columns, height: isNarrow(size) ? 240 : 260 };
        const rows = Math.ceil(shown.length / columns);
        const cells = shown.map((axis, i) => {
          const x = (i % columns) * cell.width;
          const y = Math.floor(i / columns) * cell.height;
          return element('svg', { x, y, width: cell.width, height: cell.height }, slice(axis, objective, cell));
        });
        return svgDocument(size.width, rows * cell.height, `${metricLabel(metric)} (${direction}) by parameter`, cells);
      },
      rows: [
        ['number', metric, ...axes.map(({ name }) => name)],
        ...complete.map(({ number, values, configuration }) => [
          ...[number, values[objective]],
          ...axes.map((axis) => placeText(axis, axis.place(configuration))),
        ]),
      ],
    };
  }

  function slice(axis: Axis, objective: number, size: Size): string {
    const own = complete.flatMap(({ configuration, values }, i) => {
      const place = axis.place(configuration);
      return place === undefined
        ? []
        : [{ x: drawnAt(axis, place), y: values[objective] as number, share: i / complete.length }];
    });
    const frame = createFrame({
      ...size,
      title: axis.name,
      xLabel: shortened(axis.name, size.width - 90, 13),
      yLabel: metricLabel((objectives[objective] as (typeof objectives)[number]).metric),
      xs: [0, 1],
      ys: complete.map(({ values }) => values[objective] as number),
      xTicks: ticksOf(axis, 4),
    });
    return frame.draw(
      ...thinned(own, 1000).map(({ x, y, share }) =>
        dot([frame.x.at(x), frame.y.at(y)], markShade(share), { radius: 3, opacity: 0.7 }),
      ),
    );
  }

  /** A line a trial over all axes; the last axes are the objectives. On a phone the axes run downwards. */
  function parallelChart(): ReportChart {
    const shown = ordered.slice(0, MOST_PARALLEL);
    const ranks = new Map(
      [...complete]
        .sort((a, b) => (losses(a.values, objectives)[0] ?? 0) - (losses(b.values, objectives)[0] ?? 0))
        .map(({ number }, i) => [number, i / complete.length]),
    );
    const values = objectives.map(({ metric }, i) => {
      const scale = createScale(
        complete.map((trial) => trial.values[i] as number),
        0,
        1,
        { padding: 0 },
      );
      return { name: metricLabel(metric), scale };
    });
    const placesOf = (trial: (typeof complete)[number]) => [
      ...shown.map((axis) => {
        const place = axis.place(trial.configuration);
        return place === undefined ? undefined : drawnAt(axis, place);
      }),
      ...values.map(({ scale }, i) => scale.at(trial.values[i] as number)),
    ];
    const axisNames = [...shown.map(({ name }) => name), ...values.map(({ name }) => name)];
    // The best last, on top of the others.
    const lines = thinned(
      [...complete].sort((a, b) => (ranks.get(b.number) ?? 0) - (ranks.get(a.number) ?? 0)),
      800,
    );
    return {
      id: 'parallel',
      title: 'Parallel coordinates',
      caption: `A line a trial, dark for the best ${metricLabel(objectives[0]?.metric ?? '')}; it breaks where a parameter is inactive.`,
      draw: (size) => {
        const down = isNarrow(size);
        const length = down ? size.width - 40 : size.height - 80;
        const step = down ? 64 : (size.width - 100) / Math.max(1, axisNames.length - 1);
        const height = down ? 60 + step * (axisNames.length - 1) + 20 : size.height;
        const point = (axis: number, share: number): Point =>
          down ? [20 + share * length, 40 + axis * step] : [50 + axis * step, size.height - 30 - share * length];
        const rules = axisNames.flatMap((name, i) => {
          const [x, y] = point(i, down ? 0 : 1);
          const label = shortened(name, down ? length : Math.max(40, step - 6), 12);
          const labelled = {
            x,
            y: y - 8 - (down || i % 2 === 0 ? 0 : 14),
            'text-anchor': down ? 'start' : 'middle',
            fill: INK,
            'font-size': 12,
          };
          return [line([point(i, 0), point(i, 1)], FAINT_INK, { width: 1 }), element('text', labelled, text(label))];
        });
        const drawn = lines.map((trial) => {
          const parts: Point[][] = [[]];
          for (const [axis, share] of placesOf(trial).entries()) {
            if (share === undefined) parts.push([]);
            else parts.at(-1)?.push(point(axis, share));
          }
          const colour = markShade(1 - (ranks.get(trial.number) ?? 1));
          return parts.map((part) => (part.length < 2 ? '' : line(part, colour, { width: 1 }))).join('');
        });
        return svgDocument(size.width, height, 'Parameters and objectives of the trials', [
          element('g', { opacity: 0.55 }, ...drawn),
          ...rules,
        ]);
      },
      rows: [
        ['number', ...axisNames],
        ...complete.map((trial) => [
          trial.number,
          ...shown.map((axis) => placeText(axis, axis.place(trial.configuration))),
          ...trial.values,
        ]),
      ],
    };
  }
}

/** What stands at a place: the value itself. */
function placeText(axis: Axis, place: number | undefined): unknown {
  if (place === undefined) return undefined;
  if (axis.kind === 'category') return axis.values[place];
  return axis.labels === undefined ? place : axis.labels[place];
}
