import type { Scale } from '../../charts/svg/scale.js';
import { drawAxes, fillDot, type Pen } from './canvas.js';
import { type Filter, isOpen, passes } from './filter.js';
import { type Area, type Marks, OVERHANG, type Size } from './marks.js';
import { stampMarks } from './stamp-marks.js';
import type { StudyData } from './study-data.js';
import type { Theme } from './theme.js';

/** More trials than these are drawn as squares. */
export const MANY = 4000;

/** Axes that the picture shows: two objectives, or the trial's place and the one objective. */
export interface Axis {
  readonly label: string;
  readonly at: (index: number) => number;
  readonly extent: readonly [number, number];
}

export interface Plot {
  readonly x: Axis;
  readonly y: Axis;
  readonly front: readonly number[];
  readonly scaleX: Scale;
  readonly scaleY: Scale;
  readonly marks: Marks;
}

interface Drawing extends Plot {
  readonly data: StudyData;
  readonly area: Area;
  readonly size: Size;
  readonly theme: Theme;
  readonly filter: Filter;
  readonly until: number;
}

/** Trials, the reach of the front, and its members. */
export function drawPlot(pen: Pen, drawing: Drawing): void {
  const { data, x, y, scaleX, scaleY, area, size, theme, filter, until, front, marks } = drawing;
  const isSingle = data.head.objectives.length === 1;
  drawAxes(pen, { x: scaleX, y: scaleY, area, xLabel: x.label, yLabel: y.label, theme });
  pen.save();
  pen.beginPath();
  pen.rect(
    ...[area.left - OVERHANG, area.top - OVERHANG],
    ...[area.right - area.left + 2 * OVERHANG, area.bottom - area.top + 2 * OVERHANG],
  );
  pen.clip();
  const isIn = passes(data, filter);
  const isFiltered = !isOpen(filter);
  const last = Math.min(until, data.count);
  const count = marks.before(last);
  const radius = last > 20_000 ? 1 : last > MANY ? 1.5 : 3;
  const draw = (wanted: 0 | 1, colour: string, alpha: number) => {
    if (last > MANY) return stampMarks(pen, marks, { count, isIn: wanted, colour, alpha, radius, size });
    pen.fillStyle = colour;
    pen.globalAlpha = alpha;
    for (let i = 0; i < count; i++) {
      if (marks.isIn[i] === wanted) fillDot(pen, marks.left[i] as number, marks.top[i] as number, radius);
    }
    pen.globalAlpha = 1;
  };
  if (isFiltered) draw(0, theme.faint, 0.16);
  draw(1, isFiltered ? theme.accent : theme.faint, isFiltered ? 0.65 : 0.42);
  drawSteps(pen, drawing, isSingle);
  const place = (index: number) => [scaleX.at(x.at(index)), scaleY.at(y.at(index))] as const;
  const bulk = front.length > 150 ? 2.6 : front.length > 60 ? 3.3 : 4;
  // All rims before all members: a rim may cover trials, but none of the front.
  pen.fillStyle = theme.paper;
  for (const index of front) fillDot(pen, ...place(index), bulk + 1.3);
  pen.fillStyle = theme.accent;
  for (const index of front) {
    pen.globalAlpha = isFiltered && !isIn(index) ? 0.25 : 1;
    fillDot(pen, ...place(index), bulk);
  }
  pen.globalAlpha = 1;
  pen.restore();
}

/** The reach of the front as steps, with what it dominates shaded; of one objective the best value so far. */
function drawSteps(
  pen: Pen,
  { data, x, y, scaleX, scaleY, area, theme, until, front }: Drawing,
  isSingle: boolean,
): void {
  if (front.length === 0 || data.head.objectives.length > 2) return;
  const members = isSingle ? data.joins.filter((index) => index < until) : front;
  const points = members.map((index): [number, number] => [scaleX.at(x.at(index)), scaleY.at(y.at(index))]);
  const isUp = isSingle ? data.head.objectives[0]?.direction === 'max' : bestIsUp(data, y);
  const isLeft = isSingle || bestIsLeft(data, x);
  points.sort((a, b) => (isLeft ? a[0] - b[0] : b[0] - a[0]));
  const end = isLeft ? area.right + 8 : area.left - 8;
  const floor = isUp ? area.bottom : area.top;
  const [first] = points as [[number, number]];
  const trace = new Path2D();
  trace.moveTo(first[0], first[1]);
  let height = first[1];
  for (const [left, top] of points.slice(1)) {
    trace.lineTo(left, height);
    trace.lineTo(left, top);
    height = top;
  }
  trace.lineTo(end, height);
  const shade = new Path2D(trace);
  shade.lineTo(end, floor);
  shade.lineTo(first[0], floor);
  shade.closePath();
  if (!isSingle) {
    pen.globalAlpha = theme.isDark ? 0.1 : 0.06;
    pen.fillStyle = theme.accent;
    pen.fill(shade);
    pen.globalAlpha = 1;
  }
  pen.strokeStyle = theme.accent;
  pen.lineWidth = 1.75;
  pen.lineJoin = 'round';
  pen.stroke(trace);
}

const directionOf = (data: StudyData, { at }: Axis) =>
  data.head.objectives[data.values.findIndex((column) => column.at === at)]?.direction;
const bestIsUp = (data: StudyData, y: Axis) => directionOf(data, y) === 'max';
const bestIsLeft = (data: StudyData, x: Axis) => directionOf(data, x) === 'min';
