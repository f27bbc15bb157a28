import { setImmediate } from 'node:timers/promises';
import { DataError } from '../../errors.js';
import type { Runs } from './run-lengths.js';

/** Points along an edge are found on a grid this much finer than the pixels. */
const SCALE = 5;
/** Beyond it a step along an edge is no longer exact. */
const FARTHEST = 2 ** 40;
/** Crossings and edges between two turns of the event loop. */
const TURN = 2 ** 20;

/**
 * The pixels inside a polygon `[x0, y0, x1, y1, …]`, as COCO's own tools draw it (pycocotools `rleFrPoly`), so that areas
 * and scores agree with theirs: vertices are rounded to a five times finer grid, edges stepped through there, and every
 * step to another column that crosses a column of pixel centres turns the pixels from that row on from outside to inside
 * or back. Only the crossings inside the image are computed, each from its edge alone, so that the cost of an edge is that
 * of the image's columns, however far outside its ends lie.
 * @throws DataError for coordinates that are no numbers or absurdly far away
 */
export async function polygonRuns(polygon: readonly number[], width: number, height: number): Promise<Runs> {
  const fine = polygon.map((coordinate) => {
    if (!(Math.abs(coordinate) < FARTHEST)) {
      throw new DataError('DATA_ANNOTATION', `has a polygon with the coordinate ${coordinate}`, {
        remedy: 'give coordinates in pixels of the image',
      });
    }
    return Math.trunc(SCALE * coordinate + 0.5);
  });
  const turns = createTurns(fine, width, height);
  let busy = 0;
  for (let i = 0; i < fine.length; i += 2) {
    const next = i + 2 < fine.length ? i + 2 : 0;
    const edge = createEdge(fine[i] as number, fine[i + 1] as number, fine[next] as number, fine[next + 1] as number);
    const first = Math.max(0, columnAtOrAfter(edge.least));
    const last = Math.min(width - 1, columnAtOrAfter(edge.most) - 1);
    for (let column = first; column <= last; column++) turns.add(column, edge.crossing(column));
    busy += 1 + Math.max(0, last - first);
    if (busy > TURN) {
      busy = 0;
      await setImmediate();
    }
  }
  return turns.runs();
}

/** The fine step from which to the next one a column of pixel centres is crossed. */
const stepOf = (column: number) => SCALE * column + 2;
/** The first column whose step is not before `x`. */
const columnAtOrAfter = (x: number) => Math.ceil((x - 2) / SCALE);

interface Edge {
  /** Its ends along x on the fine grid. */
  readonly least: number;
  readonly most: number;
  /** The smaller y of the two steps between which the column is crossed. */
  crossing(column: number): number;
}

function createEdge(x0: number, y0: number, x1: number, y1: number): Edge {
  const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
  const steep = dx < dy;
  // The slope is taken from the end with the smaller coordinate, whichever way the edge runs.
  const [fromX, fromY, toX, toY] = (steep ? y0 > y1 : x0 > x1) ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
  const ends = { least: Math.min(x0, x1), most: Math.max(x0, x1) };
  if (!steep) {
    const slope = (toY - fromY) / dx;
    const rowAt = (x: number) => Math.trunc(fromY + slope * (x - fromX) + 0.5);
    return { ...ends, crossing: (column) => Math.min(rowAt(stepOf(column)), rowAt(stepOf(column) + 1)) };
  }
  const slope = (toX - fromX) / dy;
  const columnAt = (step: number) => Math.trunc(fromX + slope * step + 0.5);
  return {
    ...ends,
    crossing: (column) => {
      const x = stepOf(column);
      const isBeyond = (step: number) => (slope > 0 ? columnAt(step) > x : columnAt(step) <= x);
      // The first step beyond, from where it must be by the slope.
      let step = Math.min(dy, Math.max(0, Math.floor((x + 0.5 - fromX) / slope)));
      while (step > 0 && isBeyond(step - 1)) step--;
      while (step < dy && !isBeyond(step)) step++;
      return fromY + step - 1;
    },
  };
}

/** Turns from outside to inside or back, one bit a pixel of the columns that the polygon can touch; two undo each other. */
function createTurns(fine: readonly number[], width: number, height: number) {
  let [least, most] = [Infinity, -Infinity];
  for (let i = 0; i < fine.length; i += 2) {
    least = Math.min(least, fine[i] as number);
    most = Math.max(most, fine[i] as number);
  }
  const first = Math.min(width, Math.max(0, columnAtOrAfter(least)));
  const end = Math.max(first, Math.min(width, columnAtOrAfter(most)));
  // A turn below the last row of a column is one at the top of the next.
  const bits = new Uint8Array(((end - first) * height + 8) >> 3);
  return {
    add(column: number, y: number): void {
      const row = Math.ceil(Math.min(height, Math.max(0, (y + 0.5) / SCALE - 0.5)));
      const bit = (column - first) * height + row;
      bits[bit >> 3] = (bits[bit >> 3] as number) ^ (1 << (bit & 7));
    },
    runs(): Runs {
      const runs: number[] = [];
      bits.forEach((byte, i) => {
        for (let bit = 0; byte >> bit > 0; bit++) {
          if (((byte >> bit) & 1) === 1) runs.push(first * height + 8 * i + bit);
        }
      });
      // A polygon that is open at the last column is inside to the end of the image.
      if (runs.length % 2 === 1) runs.push(width * height);
      return runs;
    },
  };
}
