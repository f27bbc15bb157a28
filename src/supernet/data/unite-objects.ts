import { createMask, isInside, type LabelledObject } from './labelled-object.js';

/** The object that covers what any of the parts covers; undefined without parts. */
export function uniteObjects(id: number, parts: readonly LabelledObject[]): LabelledObject | undefined {
  const [first, ...rest] = parts;
  if (first === undefined) return undefined;
  if (rest.length === 0) return { ...first, id };
  const side = (pick: (...sides: number[]) => number, i: 0 | 1 | 2 | 3) => pick(...parts.map(({ box }) => box[i]));
  const box = [side(Math.min, 0), side(Math.min, 1), side(Math.max, 2), side(Math.max, 3)] as const;
  const { mask, add } = createMask(box);
  let area = 0;
  for (let y = box[1]; y < box[3]; y++) {
    for (let x = box[0]; x < box[2]; x++) {
      if (!parts.some((part) => isInside(part, x, y))) continue;
      add(x, y);
      area++;
    }
  }
  return { id, area, box, mask };
}
