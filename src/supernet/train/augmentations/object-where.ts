import { type Box, createMask, type LabelledObject } from '../../data/labelled-image.js';

/** The object whose pixels are those of `within` that it covers, in the tightest box; undefined when it covers none. */
export function objectWhere(
  id: number,
  within: Box,
  covers: (x: number, y: number) => boolean,
): LabelledObject | undefined {
  const [x0, y0, x1, y1] = within;
  let [left, top, right, bottom, area] = [x1, y1, x0, y0, 0];
  for (let y = y0; y < y1; y++) {
    for (let x = x0; x < x1; x++) {
      if (!covers(x, y)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
      area++;
    }
  }
  if (area === 0) return undefined;
  const box = [left, top, right, bottom] as const;
  const { mask, add } = createMask(box);
  for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) if (covers(x, y)) add(x, y);
  return { id, area, box, mask };
}
