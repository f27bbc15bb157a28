import { element, rounded, text } from './element.js';
import { formatTick } from './format.js';
import { shortened, textWidth } from './labels.js';
import { FAINT_INK, FONT, GRID, INK } from './marks.js';
import { createScale, type Scale } from './scale.js';

export interface LegendEntry {
  readonly label: string;
  /** The mark drawn around (0, 0). */
  readonly mark: string;
}

export interface Tick {
  readonly at: number;
  readonly label: string;
}

/** Pixels of a picture. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface FrameOptions {
  readonly width?: number;
  readonly height?: number;
  /** Says what the picture shows; read aloud instead of it. */
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Every value that must be inside the frame. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly xInteger?: boolean;
  /** Named places along an axis, in place of round numbers. */
  readonly xTicks?: readonly Tick[];
  readonly yTicks?: readonly Tick[];
  readonly legend?: readonly LegendEntry[];
}

export interface Frame {
  readonly x: Scale;
  readonly y: Scale;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The whole SVG document with these marks over the grid. */
  draw(...marks: readonly string[]): string;
}

/** Below this a picture is for a phone and has fewer ticks. */
const NARROW = 500;
const LEFT = 66;
const RIGHT = 18;
const BOTTOM = 50;
const LEGEND_FONT_SIZE = 12;
const LEGEND_LINE = 20;

/** Axes, grid, axis titles and legend around a plot area. */
export function createFrame(options: FrameOptions): Frame {
  const { width = 860, height = 460 } = options;
  const keys = legend(options.legend ?? [], LEFT, width - RIGHT);
  const [left, right, top, bottom] = [LEFT, width - RIGHT, 16 + keys.height, height - BOTTOM];
  const x = createScale(options.xs, left, right, {
    count: width < NARROW ? 4 : 8,
    integer: options.xInteger ?? false,
    padding: 0.03,
  });
  const y = createScale(options.ys, bottom, top);
  return {
    x,
    y,
    left,
    right,
    top,
    bottom,
    draw: (...marks) =>
      svgDocument(width, height, options.title, [
        ...grid(x, y, { left, right, top, bottom }, options),
        element(
          'text',
          { x: (left + right) / 2, y: height - 12, 'text-anchor': 'middle', fill: INK, 'font-size': 13 },
          text(options.xLabel),
        ),
        element(
          'text',
          {
            transform: `translate(16 ${rounded((top + bottom) / 2)}) rotate(-90)`,
            'text-anchor': 'middle',
            fill: INK,
            'font-size': 13,
          },
          text(options.yLabel),
        ),
        keys.markup,
        ...marks,
      ]),
  };
}

/** A stand-alone SVG document on white, with its own fonts named and nothing loaded from elsewhere. */
export function svgDocument(width: number, height: number, title: string, content: readonly string[]): string {
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${rounded(width)} ${rounded(height)}`,
      width,
      height,
      role: 'img',
      'aria-label': title,
      'font-family': FONT,
    },
    element('title', {}, text(title)),
    element('rect', { width, height, fill: '#ffffff' }),
    ...content,
  );
}

/** The entries in lines from the top left; `height` is what they take. */
function legend(entries: readonly LegendEntry[], left: number, right: number): { markup: string; height: number } {
  let x = left;
  let y = 18;
  const parts: string[] = [];
  for (const entry of entries) {
    const width = 22 + textWidth(entry.label, LEGEND_FONT_SIZE) + 16;
    if (x > left && x + width > right) {
      x = left;
      y += LEGEND_LINE;
    }
    parts.push(
      element('g', { transform: `translate(${Math.round(x + 8)} ${y})` }, entry.mark),
      element('text', { x: x + 22, y: y + 4, fill: INK, 'font-size': LEGEND_FONT_SIZE }, text(entry.label)),
    );
    x += width;
  }
  return { markup: parts.join(''), height: entries.length === 0 ? 0 : y };
}

function grid(
  x: Scale,
  y: Scale,
  { left, right, top, bottom }: { left: number; right: number; top: number; bottom: number },
  { xTicks, yTicks }: Pick<FrameOptions, 'xTicks' | 'yTicks'>,
): string[] {
  const largest = (scale: Scale) => Math.max(Math.abs(scale.low), Math.abs(scale.high));
  const round = (scale: Scale): Tick[] =>
    scale.ticks.map((tick) => ({ at: tick, label: formatTick(tick, scale.step, largest(scale)) }));
  const columns = xTicks ?? round(x);
  const room = (right - left) / Math.max(1, columns.length - 1);
  return [
    ...(yTicks ?? round(y)).flatMap((tick) => [
      element('line', { x1: left, x2: right, y1: y.at(tick.at), y2: y.at(tick.at), stroke: GRID }),
      label(left - 8, y.at(tick.at) + 4, 'end', shortened(tick.label, left - 26, 12)),
    ]),
    ...columns.flatMap((tick) => [
      element('line', { x1: x.at(tick.at), x2: x.at(tick.at), y1: top, y2: bottom, stroke: GRID }),
      label(x.at(tick.at), bottom + 18, 'middle', xTicks === undefined ? tick.label : shortened(tick.label, room, 12)),
    ]),
    element('path', {
      d: `M${rounded(left)} ${rounded(top)}V${rounded(bottom)}H${rounded(right)}`,
      fill: 'none',
      stroke: FAINT_INK,
    }),
  ];
}

const label = (x: number, y: number, anchor: string, content: string): string =>
  element('text', { x, y, 'text-anchor': anchor, fill: FAINT_INK, 'font-size': 12 }, text(content));
