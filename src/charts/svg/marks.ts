import { element, rounded } from './element.js';

/** Colours that stay apart for the colour-blind (after Okabe and Ito), the light yellow left out: the page is white. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7b3fa0', '#6b6b6b'] as const;

export const colourOf = (index: number): string => COLOURS[index % COLOURS.length] as string;

export const INK = '#1b2430';
export const FAINT_INK = '#5a6675';
export const GRID = '#e3e8ee';
export const FRONT_COLOUR = '#0072b2';
export const CHOSEN_COLOUR = '#d55e00';
export const BASELINE_COLOUR = '#b08900';
export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", Arial, sans-serif';

export type Point = readonly [x: number, y: number];

/** A polyline through pixels; with `step` it keeps the height until the next point (front, best so far). */
export function line(
  points: readonly Point[],
  colour: string,
  { step = false, dashed = false, width = 2 } = {},
): string {
  const d = points
    .map(([x, y], i) =>
      i === 0 ? `M${rounded(x)} ${rounded(y)}` : step ? `H${rounded(x)}V${rounded(y)}` : `L${rounded(x)} ${rounded(y)}`,
    )
    .join('');
  return element('path', {
    d,
    fill: 'none',
    stroke: colour,
    'stroke-width': width,
    'stroke-linejoin': 'round',
    'stroke-dasharray': dashed ? '5 4' : undefined,
  });
}

/** The area between a lower and an upper line, faint enough for others to show through. */
export function band(low: readonly Point[], high: readonly Point[], colour: string): string {
  const corners = [...low, ...high.toReversed()].map(([x, y]) => `${rounded(x)},${rounded(y)}`);
  return element('polygon', { points: corners.join(' '), fill: colour, 'fill-opacity': 0.14 });
}

export function dot([x, y]: Point, colour: string, { radius = 3.5, opacity = 1 } = {}): string {
  return element('circle', { cx: x, cy: y, r: radius, fill: colour, 'fill-opacity': opacity });
}

export function ring([x, y]: Point, colour: string, radius = 7): string {
  return element('circle', {
    cx: x,
    cy: y,
    r: radius,
    fill: '#ffffff',
    'fill-opacity': 0.35,
    stroke: colour,
    'stroke-width': 2.5,
  });
}

export function star([x, y]: Point, colour: string, radius = 10): string {
  const corners = Array.from({ length: 10 }, (_, i) => {
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    const reach = i % 2 === 0 ? radius : radius * 0.42;
    return `${rounded(x + reach * Math.cos(angle))},${rounded(y + reach * Math.sin(angle))}`;
  });
  return element('polygon', { points: corners.join(' '), fill: colour, stroke: '#ffffff', 'stroke-width': 1 });
}

/** A vertical whisker of half-length `reach` pixels. */
export function whisker([x, y]: Point, reach: number, colour: string): string {
  return element('line', { x1: x, x2: x, y1: y - reach, y2: y + reach, stroke: colour, 'stroke-width': 1.5 });
}
