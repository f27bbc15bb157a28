import sharp from 'sharp';
import { lengthsOfObject, packRunLengths } from '../data/run-lengths.js';
import { paintObjects } from '../report/mask-pictures.js';
import type { EmbeddedImage } from './load-model.js';
import { instanceMap, maskPixels, type PredictedMask } from './predicted-mask.js';

/** A mask in COCO's compressed run lengths, as pycocotools and most tools read them. */
export interface CocoSegmentation {
  readonly size: readonly [height: number, width: number];
  readonly counts: string;
}

export const cocoSegmentation = (mask: PredictedMask): CocoSegmentation => ({
  size: [mask.height, mask.width],
  counts: packRunLengths(lengthsOfObject(mask, mask.width, mask.height)),
});

/** PNG of one mask, a byte a pixel: 255 inside, 0 outside. */
export async function maskPng(mask: PredictedMask): Promise<Uint8Array> {
  const raw = { width: mask.width, height: mask.height, channels: 1 as const };
  return sharp(
    maskPixels(mask).map((inside) => 255 * inside),
    { raw },
  )
    .toColourspace('b-w')
    .png()
    .toBuffer();
}

/** PNG of 16 bits a pixel: the id of the mask it belongs to, 0 for none; the smaller of two masks is on top. */
export async function instancesPng(masks: readonly PredictedMask[], { width, height }: Size): Promise<Uint8Array> {
  return sharp(instanceMap(masks, width, height), { raw: { width, height, channels: 1 } })
    .toColourspace('grey16')
    .png()
    .toBuffer();
}

/** PNG of the image with its masks filled and outlined in colours. */
export async function overlayPng(
  masks: readonly PredictedMask[],
  { width, height, rgb }: Size & Pick<EmbeddedImage, 'rgb'>,
): Promise<Uint8Array> {
  const pixels = paintObjects({ width, height, rgb }, instanceMap(masks, width, height), 1);
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

type Size = { readonly width: number; readonly height: number };
