import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { formatTick } from '../../charts/svg/format.js';
import type { Scale } from '../../charts/svg/scale.js';
import type { Area, Size } from './marks.js';
import { FONT, type Theme } from './theme.js';

export type Pen = CanvasRenderingContext2D;

/** The width of an element as it is now, in CSS pixels; 0 before it is on the page. */
export function useWidth<E extends HTMLElement>(): [ref: { current: E | null }, width: number] {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) return;
    const measure = () => setWidth(Math.floor(element.getBoundingClientRect().width));
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}

/** One canvas of its size in CSS pixels, sharp on any screen; drawn anew whenever `draw` is another function. */
export function Canvas({
  size: { width, height },
  draw,
  ...rest
}: { size: Size; draw: (pen: Pen) => void } & Omit<
  JSX.IntrinsicElements['canvas'],
  'size' | 'width' | 'height' | 'ref'
>) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    const pen = canvas?.getContext('2d');
    if (canvas === null || pen === null || pen === undefined || width === 0) return;
    const ratio = Math.min(3, devicePixelRatio || 1);
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    // A canvas that is given a size begins anew, even with the one it has.
    if (canvas.width !== across) canvas.width = across;
    if (canvas.height !== down) canvas.height = down;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    draw(pen);
  }, [width, height, draw]);
  return <canvas ref={ref} style={{ width: `${width}px`, height: `${height}px` }} {...rest} />;
}

export interface AxesOptions {
  readonly x: Scale;
  readonly y: Scale;
  readonly area: Area;
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly theme: Theme;
  readonly formatX?: (value: number) => string;
  readonly formatY?: (value: number) => string;
}

/** Grid, ticks and axis titles; the y title lies over the axis, level, so that nobody turns the head. */
export function drawAxes(
  pen: Pen,
  { x, y, area, xLabel = '', yLabel = '', theme, formatX, formatY }: AxesOptions,
): void {
  const { left, right, top, bottom } = area;
  const tick = (scale: Scale) => (value: number) =>
    formatTick(value, scale.step, Math.max(Math.abs(scale.low), Math.abs(scale.high)));
  pen.font = `11.5px ${FONT}`;
  pen.lineWidth = 1;
  pen.strokeStyle = theme.rule;
  pen.fillStyle = theme.quiet;
  pen.textBaseline = 'middle';
  pen.textAlign = 'right';
  for (const value of y.ticks) {
    const at = Math.round(y.at(value)) + 0.5;
    if (at < top - 1 || at > bottom + 1) continue;
    strokeLine(pen, left, at, right, at);
    pen.fillText((formatY ?? tick(y))(value), left - 8, at);
  }
  pen.textBaseline = 'alphabetic';
  pen.textAlign = 'center';
  let free = -Infinity;
  for (const value of x.ticks) {
    const at = Math.round(x.at(value)) + 0.5;
    if (at < left - 1 || at > right + 1) continue;
    strokeLine(pen, at, top, at, bottom);
    const text = (formatX ?? tick(x))(value);
    const half = pen.measureText(text).width / 2;
    // Labels that would touch are left out, not turned.
    if (at - half < free + 4) continue;
    pen.fillText(text, Math.min(at, right + 12 - half), bottom + 17);
    free = at + half;
  }
  pen.strokeStyle = theme.edge;
  strokeLine(pen, left, bottom + 0.5, right, bottom + 0.5);
  pen.fillStyle = theme.ink;
  pen.font = `12px ${FONT}`;
  pen.textAlign = 'right';
  pen.fillText(xLabel, right, bottom + 36);
  pen.textAlign = 'left';
  pen.fillText(yLabel, 2, top - 12);
}

export function strokeLine(pen: Pen, x1: number, y1: number, x2: number, y2: number): void {
  pen.beginPath();
  pen.moveTo(x1, y1);
  pen.lineTo(x2, y2);
  pen.stroke();
}

export function fillDot(pen: Pen, x: number, y: number, radius: number): void {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
  pen.fill();
}

/** A mask over the canvas's pixels that says of each place once that it is free: equal marks are drawn once. */
export function createThinner({ width, height }: Size): (x: number, y: number) => boolean {
  const taken = new Uint8Array((width + 1) * (height + 1));
  return (x, y) => {
    const place = Math.round(y) * (width + 1) + Math.round(x);
    if (place < 0 || place >= taken.length || taken[place] === 1) return false;
    taken[place] = 1;
    return true;
  };
}
