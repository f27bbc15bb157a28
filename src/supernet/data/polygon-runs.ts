import type { RunLengths } from './run-lengths.js';

/** Points along an edge are found on a grid this much finer than the pixels. */
const SCALE = 5;

/**
 * The pixels inside a polygon `[x0, y0, x1, y1, …]`, as COCO's own tools draw it (pycocotools `rleFrPoly`), so that areas
 * and scores agree with theirs: vertices are rounded to a five times finer grid, edges stepped through there, and every
 * step to another column that crosses a column of pixel centres turns the pixels from that row on from outside to inside
 * or back.
 */
export function polygonRuns(polygon: readonly number[], width: number, height: number): RunLengths {
  const turns = new Map<number, number>();
  let last: readonly [number, number] | undefined;
  for (const [u, v] of outline(polygon)) {
    if (last !== undefined && u !== last[0]) {
      const column = ((u < last[0] ? u : u - 1) + 0.5) / SCALE - 0.5;
      if (Number.isInteger(column) && column >= 0 && column <= width - 1) {
        const row = Math.ceil(Math.min(height, Math.max(0, (Math.min(v, last[1]) + 0.5) / SCALE - 0.5)));
        const at = column * height + row;
        turns.set(at, (turns.get(at) ?? 0) + 1);
      }
    }
    last = [u, v];
  }
  // Two turns at one place undo each other; a turn after the last pixel is none.
  const places = [...turns].filter(([, count]) => count % 2 === 1).map(([at]) => at);
  places.sort((a, b) => a - b);
  const ends = [...places.filter((at) => at < width * height), width * height];
  return ends.map((at, i) => at - (ends[i - 1] ?? 0));
}

/** The steps along all edges on the fine grid, ends included. */
function* outline(polygon: readonly number[]): Generator<readonly [number, number]> {
  const count = polygon.length / 2;
  const vertex = (i: number) => {
    const at = 2 * (i % count);
    return [fine(polygon[at] as number), fine(polygon[at + 1] as number)] as const;
  };
  for (let i = 0; i < count; i++) yield* edge(vertex(i), vertex(i + 1));
}

const fine = (coordinate: number) => Math.trunc(SCALE * coordinate + 0.5);

function* edge(
  [x0, y0]: readonly [number, number],
  [x1, y1]: readonly [number, number],
): Generator<readonly [number, number]> {
  const [dx, dy] = [Math.abs(x1 - x0), Math.abs(y1 - y0)];
  const steep = dx < dy;
  // The slope is taken from the end with the smaller coordinate, whichever way the edge runs.
  const flipped = steep ? y0 > y1 : x0 > x1;
  const [fromX, fromY, toX, toY] = flipped ? [x1, y1, x0, y0] : [x0, y0, x1, y1];
  const steps = Math.max(dx, dy);
  if (steps === 0) {
    yield [x0, y0];
    return;
  }
  const slope = steep ? (toX - fromX) / dy : (toY - fromY) / dx;
  for (let i = 0; i <= steps; i++) {
    const t = flipped ? steps - i : i;
    if (steep) yield [Math.trunc(fromX + slope * t + 0.5), fromY + t];
    else yield [fromX + t, Math.trunc(fromY + slope * t + 0.5)];
  }
}
