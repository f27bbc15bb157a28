/** A number, or a text that is one; undefined for anything else. */
export function readCoordinate(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

/** Numbers, or texts that are; undefined where one is neither. */
export function readCoordinates(values: unknown): readonly number[] | undefined {
  if (!Array.isArray(values)) return undefined;
  const numbers = values.map(readCoordinate);
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/**
 * An outline `[x0, y0, x1, y1, …]` as programs write it: flat, as points `[x, y]`, or as points `{ x, y }`. Undefined for what
 * is none of them.
 */
export function readOutline(points: unknown): readonly number[] | undefined {
  if (!Array.isArray(points)) return undefined;
  if (points.every((point) => typeof point !== 'object' || point === null)) return readCoordinates(points);
  const pairs = points.map(pointOf);
  return pairs.every((pair) => pair !== undefined) ? pairs.flat() : undefined;
}

function pointOf(point: unknown): readonly number[] | undefined {
  if (typeof point !== 'object' || point === null) return undefined;
  const { x, y } = point as { readonly x?: unknown; readonly y?: unknown };
  const pair = readCoordinates(Array.isArray(point) ? point : [x, y]);
  return pair?.length === 2 ? pair : undefined;
}

/** Whether the outline is a rectangle, turned or not, to the nearest pixel. */
export function isRectangle(outline: readonly number[]): boolean {
  if (outline.length !== 8) return false;
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = outline;
  const centre = Math.hypot(x0 + x2 - x1 - x3, y0 + y2 - y1 - y3) / 2;
  const diagonals = Math.hypot(x2 - x0, y2 - y0) - Math.hypot(x3 - x1, y3 - y1);
  return centre <= 1 && Math.abs(diagonals) <= 1;
}
