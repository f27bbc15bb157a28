import { createMask, type LabelledObject } from './labelled-image.js';

/** The objects of a label map `[height, width]`, 0 background, in order of their labels. */
export function objectsOfLabelMap(labels: Uint16Array, width: number): LabelledObject[] {
  const found = new Map<number, { area: number; box: [number, number, number, number] }>();
  labels.forEach((id, at) => {
    if (id === 0) return;
    const x = at % width;
    const y = Math.floor(at / width);
    const object = found.get(id);
    if (object === undefined) {
      found.set(id, { area: 1, box: [x, y, x + 1, y + 1] });
      return;
    }
    object.area++;
    const [x0, y0, x1] = object.box;
    object.box = [Math.min(x0, x), y0, Math.max(x1, x + 1), y + 1];
  });
  return [...found]
    .sort(([a], [b]) => a - b)
    .map(([id, { area, box }]) => {
      const { mask, add } = createMask(box);
      for (let y = box[1]; y < box[3]; y++) {
        for (let x = box[0]; x < box[2]; x++) if (labels[y * width + x] === id) add(x, y);
      }
      return { id, area, box, mask };
    });
}
