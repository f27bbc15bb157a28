import { writeCsv } from '../base/csv.js';
import type { EmbeddedImage, LoadedModel, Step } from '../supernet/predict/load-model.js';
import { cocoSegmentation } from '../supernet/predict/mask-files.js';
import type { PredictedMask } from '../supernet/predict/predicted-mask.js';
import { note, print, printData, terminal } from './terminal.js';

/** An image, what was found in it and the files that were written of that. */
export type List = (
  path: string,
  image: EmbeddedImage,
  masks: readonly PredictedMask[],
  files: readonly string[],
) => void;

const COLUMNS = ['image', 'mask', 'predictedIou', 'stability', 'x', 'y', 'width', 'height', 'area'];

/** Lists masks on standard output: with `json` a line an image, on a terminal a table an image, else one CSV. */
export function createMaskListing(model: LoadedModel, json: boolean): List {
  let isHeadWritten = false;
  return (path, image, masks, files) => {
    if (image.note !== undefined) note(`${path}: ${image.note}`);
    if (json) {
      printData(JSON.stringify({ image: path, model: model.name, ...jsonOf(image, masks), files }));
      return;
    }
    const rows = masks.map(({ id, predictedIou, stability, box, area }) => [
      ...[id, predictedIou.toFixed(4), stability.toFixed(4), ...cocoBox(box), area],
    ]);
    const times = timesLine(image.milliseconds);
    if (terminal.isOutput) {
      print(`${path}  ${image.width} x ${image.height}  (${times})`);
      print('  mask  predicted IoU  stability      area  box (x, y, width, height)');
      for (const [id, iou, stability, x, y, w, h, area] of rows)
        print(`${cell(id, 6)}${cell(iou, 15)}${cell(stability, 11)}${cell(area, 10)}  ${x}, ${y}, ${w}, ${h}`);
    } else {
      printData(writeCsv([...(isHeadWritten ? [] : [COLUMNS]), ...rows.map((row) => [path, ...row])]));
      isHeadWritten = true;
      note(`${path}: ${times}`);
    }
    for (const file of files) note(file);
  };
}

const jsonOf = ({ width, height, milliseconds }: EmbeddedImage, masks: readonly PredictedMask[]) => ({
  ...{ width, height },
  milliseconds: Object.fromEntries(Object.entries(milliseconds).map(([step, ms]) => [step, Math.round(ms * 10) / 10])),
  masks: masks.map((mask) => ({
    ...{ id: mask.id, box: cocoBox(mask.box), area: mask.area },
    ...{ predictedIou: round(mask.predictedIou), stability: round(mask.stability) },
    segmentation: cocoSegmentation(mask),
  })),
});

const cocoBox = ([x0, y0, x1, y1]: PredictedMask['box']) => [x0, y0, x1 - x0, y1 - y0];
const round = (value: number) => Math.round(value * 1e4) / 1e4;
const cell = (value: unknown, width: number) => `${value}`.padStart(width);

const timesLine = (milliseconds: { readonly [step in Step]: number }) =>
  Object.entries(milliseconds)
    .map(([step, ms]) => `${step} ${ms < 9.95 ? ms.toFixed(1) : Math.round(ms)} ms`)
    .join(', ');
