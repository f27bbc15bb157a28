import { isInside } from '../data/labelled-image.js';
import type { EvaluationItem, EvaluationSet } from '../method/evaluate.js';
import { maskIou } from '../method/score-masks.js';
import { createUpscaler } from '../method/upscale-masks.js';
import type { Subnet } from '../model/network.js';
import { MASK_TOKENS } from '../model/networks/mask-heads.js';
import type { Segmenter } from '../model/segmentation.js';
import type { MaskOverlay, MaskPanel } from '../report/report-model.js';

export interface PanelNetwork {
  readonly title: string;
  readonly segmenter: Segmenter;
  readonly subnet: Subnet;
}

/** The box-prompted single masks of several networks side by side on the first images of a set. */
export async function maskPanels(
  networks: readonly PanelNetwork[],
  set: EvaluationSet,
  images: number,
): Promise<MaskPanel[]> {
  const panels: MaskPanel[] = [];
  for (const item of set.items.slice(0, images)) {
    const { name, width, height, rgb } = item.image;
    const overlays: MaskOverlay[] = [];
    for (const network of networks) overlays.push(await overlay(network, item));
    panels.push({ name, image: { width, height, rgb }, overlays });
  }
  return panels;
}

async function overlay({ title, segmenter, subnet }: PanelNetwork, item: EvaluationItem): Promise<MaskOverlay> {
  const { image, prepared, objects, prompts } = item;
  const boxes = prompts.find(({ kind }) => kind === 'box');
  const [embedding] = await segmenter.embed([prepared], subnet);
  if (boxes === undefined || embedding === undefined) throw new RangeError('mask panels need box prompts');
  const prediction = await segmenter.decode(embedding, boxes.batch);
  const upscaler = createUpscaler({ ...prepared, ...image, side: prediction.height });
  const area = prediction.height * prediction.width;
  const mask = new Uint8Array(image.width * image.height);
  const truth = new Uint8Array(mask.length);
  let sum = 0;
  objects.forEach((object, i) => {
    const logits = prediction.logits.subarray(i * MASK_TOKENS * area, (i * MASK_TOKENS + 1) * area);
    sum += maskIou(upscaler, logits, object);
    const whole = upscaler.upscale(logits);
    for (let at = 0; at < mask.length; at++) {
      if ((whole[at] as number) > 0) mask[at] = i + 1;
      if (isInside(object, at % image.width, Math.floor(at / image.width))) truth[at] = i + 1;
    }
  });
  return { title, mask, truth, iou: sum / objects.length };
}
