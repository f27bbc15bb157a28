import { createFrame, type Size } from '../../charts/svg/frame.js';
import { colourOf, line, type Point } from '../../charts/svg/marks.js';
import type { TrainingPoint } from './report-model.js';

/** Two stand beside one another on a wide page. */
export const TRAINING_SIZE: Size = { width: 560, height: 300 };

/** One chart for every first word of the series' names: `lossLargest` and `lossSmallest` share the chart "loss". */
export function trainingCharts(
  points: readonly TrainingPoint[],
): { readonly title: string; readonly draw: (size: Size) => string }[] {
  const names = [...new Set(points.flatMap(({ series }) => Object.keys(series)))];
  const groups = new Map<string, string[]>();
  for (const name of names) groups.set(firstWord(name), [...(groups.get(firstWord(name)) ?? []), name]);
  return [...groups].map(([word, members]) => ({ title: word, draw: (size) => chart(word, members, points, size) }));
}

function chart(word: string, names: readonly string[], points: readonly TrainingPoint[], size: Size): string {
  const curves = names.map((name) =>
    points.flatMap(({ step, series }): Point[] => {
      const value = series[name];
      return value === undefined || !Number.isFinite(value) ? [] : [[step, value]];
    }),
  );
  const frame = createFrame({
    ...size,
    title: `Training: ${names.join(', ')} against the step`,
    xLabel: 'step',
    yLabel: word === 'iou' ? 'mIoU' : word,
    xs: curves.flat().map(([step]) => step),
    ys: curves.flat().map(([, value]) => value),
    xInteger: true,
    legend: names.map((name, i) => ({
      label: name === word ? name : name.slice(word.length).toLowerCase(),
      mark: line(
        [
          [-8, 0],
          [8, 0],
        ],
        colourOf(i),
        { width: 3 },
      ),
    })),
  });
  return frame.draw(
    ...curves.map((curve, i) =>
      curve.length === 0
        ? ''
        : line(
            curve.map(([step, value]): Point => [frame.x.at(step), frame.y.at(value)]),
            colourOf(i),
          ),
    ),
  );
}

const firstWord = (name: string): string => /^[a-z0-9]+/.exec(name)?.[0] ?? name;
