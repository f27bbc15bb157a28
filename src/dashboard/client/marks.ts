import type { Scale } from '../../charts/svg/scale.js';
import { type Filter, passes } from './filter.js';
import type { StudyData } from './study-data.js';

/** In CSS pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What axes span of a picture, in CSS pixels. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

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
