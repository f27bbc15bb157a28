import { contentSize } from '../../model/segmentation.js';
import type { PageData, PageImage } from '../page-data.js';
import type { ReadyImage } from './networks.js';

/** An image to look at and to ask about. */
export interface ShownImage {
  readonly name: string;
  readonly picture: HTMLCanvasElement;
  readonly ready: ReadyImage;
}

/** Own images of more pixels along their long side are made smaller before anything else. */
const MOST_PIXELS = 2048;

/** An image that came with the page, with what the networks see of it. */
export async function pageImage({ name, picture, content }: PageImage, data: PageData): Promise<ShownImage> {
  const [whole, seen] = [drawn(await loaded(picture)), drawn(await loaded(content))];
  return { name, picture: whole, ready: made(name, whole, seen, data) };
}

/** A file of the user's, which stays where it is. */
export async function ownImage(file: File, data: PageData): Promise<ShownImage> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, MOST_PIXELS / Math.max(bitmap.width, bitmap.height));
  const whole = drawn(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  const { inputSize, resize } = data.format;
  const [width, height] =
    resize === 'squash' ? [inputSize, inputSize] : contentSize(whole.width, whole.height, inputSize);
  return { name: file.name, picture: whole, ready: made(file.name, whole, drawn(whole, width, height), data) };
}

async function loaded(address: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = address;
  await image.decode();
  return image;
}

function drawn(image: HTMLImageElement | ImageBitmap | HTMLCanvasElement, width = image.width, height = image.height) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = contextOf(canvas);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

export function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('this browser draws no pictures');
  return context;
}

function made(name: string, whole: HTMLCanvasElement, seen: HTMLCanvasElement, { format }: PageData): ReadyImage {
  const { inputSize, pixelMean, pixelStd } = format;
  const { data } = contextOf(seen).getImageData(0, 0, seen.width, seen.height);
  const area = inputSize * inputSize;
  const planar = new Float32Array(3 * area);
  for (let y = 0; y < seen.height; y++) {
    for (let x = 0; x < seen.width; x++) {
      for (let c = 0; c < 3; c++) {
        const value = data[4 * (y * seen.width + x) + c] as number;
        planar[c * area + y * inputSize + x] = (value - (pixelMean[c] as number)) / (pixelStd[c] as number);
      }
    }
  }
  return {
    ...{ name, originalWidth: whole.width, originalHeight: whole.height, inputSize },
    ...{ contentWidth: seen.width, contentHeight: seen.height, planar },
  };
}
