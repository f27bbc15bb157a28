import type { Scale } from '../../charts/svg/scale.js';
import type { Area, Pen, Size } from './canvas.js';
import { type Filter, passes } from './filter.js';
import type { StudyData } from './study-data.js';

/** How far marks may lie outside the area that the axes span, in CSS pixels. */
export const OVERHANG = 6;

/** Where trials lie in a picture, one mark a pixel: that of the first trial there, in completion order. */
export interface Marks {
  readonly length: number;
  /** Places in the completion order, ascending. */
  readonly index: Uint32Array;
  /** CSS pixels. */
  readonly left: Float32Array;
  readonly top: Float32Array;
  /** 1 for those that pass the filter; they and the others are thinned apart. */
  readonly isIn: Uint8Array;
  /** How many of the marks are of the first `until` trials. */
  before(until: number): number;
}

interface Spread {
  readonly at: (index: number) => number;
  readonly scale: Scale;
}

/** All trials of a study that have a place in the picture. What they are drawn from is kept: a step of the slider cuts it off sooner. */
export function placeMarks(data: StudyData, x: Spread, y: Spread, filter: Filter, area: Area, size: Size): Marks {
  const isPassing = passes(data, filter);
  const [width, height] = [size.width + 1, size.height + 1];
  const taken = new Uint8Array(width * height);
  const index = new Uint32Array(data.count);
  const [left, top, isIn] = [new Float32Array(data.count), new Float32Array(data.count), new Uint8Array(data.count)];
  let length = 0;
  for (let i = 0; i < data.count; i++) {
    const [across, up] = [x.scale.at(x.at(i)), y.scale.at(y.at(i))];
    // What has no value is nowhere.
    if (!(across >= area.left - OVERHANG && across <= area.right + OVERHANG)) continue;
    if (!(up >= area.top - OVERHANG && up <= area.bottom + OVERHANG)) continue;
    const kind = isPassing(i) ? 1 : 0;
    const pixel = Math.round(up) * width + Math.round(across);
    if (((taken[pixel] as number) & (1 << kind)) !== 0) continue;
    taken[pixel] = (taken[pixel] as number) | (1 << kind);
    index[length] = i;
    left[length] = across;
    top[length] = up;
    isIn[length++] = kind;
  }
  return {
    ...{ length, index, left, top, isIn },
    before(until) {
      let [low, high] = [0, length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((index[middle] as number) < until) low = middle + 1;
        else high = middle;
      }
      return low;
    },
  };
}

/** Which marks are drawn, and how. */
export interface Stamping {
  /** Of the first so many. */
  readonly count: number;
  readonly isIn: 0 | 1;
  readonly colour: string;
  readonly alpha: number;
  /** Half the side of a mark's square, in CSS pixels. */
  readonly radius: number;
  readonly size: Size;
}

/**
 * Draws marks as squares that darken where they overlap, all in one picture: ten thousands of calls to the canvas take seconds, the same
 * counted by pixel a few milliseconds.
 */
export function stampMarks(pen: Pen, marks: Marks, { count, isIn, colour, alpha, radius, size }: Stamping): void {
  const ratio = pen.getTransform().a;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (width === 0 || height === 0) return;
  const covered = new Uint8Array(width * height);
  const side = Math.max(1, Math.round(2 * radius * ratio));
  for (let i = 0; i < count; i++) {
    if (marks.isIn[i] !== isIn) continue;
    const [x0, y0] = [
      Math.round(((marks.left[i] as number) - radius) * ratio),
      Math.round(((marks.top[i] as number) - radius) * ratio),
    ];
    for (let y = Math.max(0, y0); y < Math.min(height, y0 + side); y++) {
      for (let x = Math.max(0, x0); x < Math.min(width, x0 + side); x++) {
        const pixel = y * width + x;
        if ((covered[pixel] as number) < 255) covered[pixel] = (covered[pixel] as number) + 1;
      }
    }
  }
  const opacity = Uint8ClampedArray.from({ length: 256 }, (_, times) => 255 * (1 - (1 - alpha) ** times));
  const layer = document.createElement('canvas');
  [layer.width, layer.height] = [width, height];
  const own = layer.getContext('2d');
  if (own === null) return;
  const picture = own.createImageData(width, height);
  for (let i = 0; i < covered.length; i++) picture.data[4 * i + 3] = opacity[covered[i] as number] as number;
  own.putImageData(picture, 0, 0);
  // The colour may be anything that a style sheet can say.
  own.globalCompositeOperation = 'source-in';
  own.fillStyle = colour;
  own.fillRect(0, 0, width, height);
  pen.drawImage(layer, 0, 0, size.width, size.height);
}
