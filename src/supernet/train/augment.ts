import type { Rng } from '../../base/rng.js';
import { type Box, createMask, isInside, type LabelledImage, type LabelledObject } from '../data/labelled-image.js';

export const augmentationKinds = ['flip', 'crop', 'scale', 'colour'] as const;
export type Augmentation = (typeof augmentationKinds)[number];

/**
 * The image changed at random by each of `kinds`, always in the order flip, crop, scale, colour; its objects move along.
 * @param fill colour beside a picture made smaller: the network's mean, which it sees as nothing
 */
export function augment(
  image: LabelledImage,
  rng: Rng,
  kinds: readonly Augmentation[],
  fill: readonly number[],
): LabelledImage {
  return augmentationKinds
    .filter((kind) => kinds.includes(kind))
    .reduce((changed, kind) => CHANGES[kind](changed, rng, fill), image);
}

const CHANGES: { readonly [kind in Augmentation]: typeof scale } = { flip, crop, scale, colour };

/** One of the eight symmetries of the square, all equally likely. */
export function flip(image: LabelledImage, rng: Rng): LabelledImage {
  const [flipX, flipY, transpose] = [rng.float() < 0.5, rng.float() < 0.5, rng.float() < 0.5];
  const { width, height } = image;
  const [toWidth, toHeight] = transpose ? [height, width] : [width, height];
  const rgb = new Uint8Array(image.rgb.length);
  const place = (x: number, y: number): [x: number, y: number] => {
    const [fx, fy] = [flipX ? width - 1 - x : x, flipY ? height - 1 - y : y];
    return transpose ? [fy, fx] : [fx, fy];
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [toX, toY] = place(x, y);
      const from = y * width + x;
      for (let c = 0; c < 3; c++) rgb[3 * (toY * toWidth + toX) + c] = image.rgb[3 * from + c] as number;
    }
  }
  const move = (object: LabelledObject): LabelledObject => {
    const [x0, y0, x1, y1] = object.box;
    const [[a0, b0], [a1, b1]] = [place(x0, y0), place(x1 - 1, y1 - 1)];
    const box = [Math.min(a0, a1), Math.min(b0, b1), Math.max(a0, a1) + 1, Math.max(b0, b1) + 1] as const;
    const { mask, add } = createMask(box);
    for (let y = y0; y < y1; y++) {
      for (let x = x0; x < x1; x++) if (isInside(object, x, y)) add(...place(x, y));
    }
    return { ...object, box, mask };
  };
  return { name: image.name, width: toWidth, height: toHeight, rgb, objects: image.objects.map(move) };
}

/** Least share of each side that a crop keeps, and that a picture is shrunk to. */
const LEAST = 0.5;
/** Windows tried before the image stays whole because none shows an object. */
const TRIES = 8;

/** A window of 50 to 100 % of each side anywhere in the image that shows a part of an object; objects outside are gone. */
function crop(image: LabelledImage, rng: Rng): LabelledImage {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const share = LEAST + (1 - LEAST) * rng.float();
    const width = Math.max(1, Math.round(share * image.width));
    const height = Math.max(1, Math.round(share * image.height));
    const [left, top] = [rng.int(0, image.width - width), rng.int(0, image.height - height)];
    const objects = image.objects.flatMap((object) => {
      const [x0, y0, x1, y1] = object.box;
      const within = [
        Math.max(0, x0 - left),
        Math.max(0, y0 - top),
        Math.min(width, x1 - left),
        Math.min(height, y1 - top),
      ] as const;
      return objectWhere(object.id, within, (x, y) => isInside(object, x + left, y + top)) ?? [];
    });
    if (objects.length === 0) continue;
    const rgb = new Uint8Array(3 * width * height);
    for (let y = 0; y < height; y++) {
      const from = 3 * ((y + top) * image.width + left);
      rgb.set(image.rgb.subarray(from, from + 3 * width), 3 * y * width);
    }
    return { name: image.name, width, height, rgb, objects };
  }
  return image;
}

/**
 * The picture at 50 to 100 % of its size anywhere on a canvas as large as before (bilinear; masks take the nearest pixel). Objects
 * that no pixel is left of are gone, unless all would be: then the image stays as it is.
 */
function scale(image: LabelledImage, rng: Rng, fill: readonly number[]): LabelledImage {
  const share = LEAST + (1 - LEAST) * rng.float();
  const width = Math.max(1, Math.round(share * image.width));
  const height = Math.max(1, Math.round(share * image.height));
  const [left, top] = [rng.int(0, image.width - width), rng.int(0, image.height - height)];
  const [stepX, stepY] = [image.width / width, image.height / height];
  const objects = image.objects.flatMap((object) => {
    const [x0, y0, x1, y1] = object.box;
    const within = [
      left + Math.floor(x0 / stepX),
      top + Math.floor(y0 / stepY),
      left + Math.min(width, Math.ceil(x1 / stepX)),
      top + Math.min(height, Math.ceil(y1 / stepY)),
    ] as const;
    const covers = (x: number, y: number) =>
      isInside(object, Math.floor((x - left + 0.5) * stepX), Math.floor((y - top + 0.5) * stepY));
    return objectWhere(object.id, within, covers) ?? [];
  });
  if (objects.length === 0) return image;
  const rgb = Uint8Array.from({ length: image.rgb.length }, (_, i) => Math.round(fill[i % 3] as number));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const to = 3 * ((y + top) * image.width + x + left);
      const [fromX, fromY] = [(x + 0.5) * stepX - 0.5, (y + 0.5) * stepY - 0.5];
      for (let channel = 0; channel < 3; channel++) rgb[to + channel] = bilinear(image, fromX, fromY, channel);
    }
  }
  return { ...image, rgb, objects };
}

/** The value between the four pixels around a place, edges repeated. */
function bilinear({ width, height, rgb }: LabelledImage, x: number, y: number, channel: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const at = (column: number, row: number) =>
    rgb[
      3 * (Math.min(height - 1, Math.max(0, row)) * width + Math.min(width - 1, Math.max(0, column))) + channel
    ] as number;
  const [right, below] = [x - left, y - top];
  const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
  const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
  return Math.round(upper * (1 - below) + lower * below);
}

/** Brightness, saturation and contrast each change by up to this factor. */
const CHANGE = 0.2;

/**
 * Brightness, then saturation (the distance from the pixel's grey), then contrast (the distance from the picture's mean grey), each times a
 * factor of 0.8 to 1.2. Grey is Rec. 601's.
 */
function colour(image: LabelledImage, rng: Rng): LabelledImage {
  const factor = () => 1 + CHANGE * (2 * rng.float() - 1);
  const [brightness, saturation, contrast] = [factor(), factor(), factor()];
  const { rgb } = image;
  let sum = 0;
  for (let i = 0; i < rgb.length; i += 3) sum += grey(rgb, i);
  const mean = (brightness * sum) / (rgb.length / 3);
  const changed = new Uint8ClampedArray(rgb.length);
  for (let i = 0; i < rgb.length; i += 3) {
    const own = brightness * grey(rgb, i);
    for (let channel = i; channel < i + 3; channel++) {
      const saturated = own + saturation * (brightness * (rgb[channel] as number) - own);
      changed[channel] = mean + contrast * (saturated - mean);
    }
  }
  return { ...image, rgb: new Uint8Array(changed.buffer) };
}

const grey = (rgb: Uint8Array, i: number): number =>
  0.299 * (rgb[i] as number) + 0.587 * (rgb[i + 1] as number) + 0.114 * (rgb[i + 2] as number);

/** The object whose pixels are those of `within` that it covers, in the tightest box; undefined when it covers none. */
function objectWhere(id: number, within: Box, covers: (x: number, y: number) => boolean): LabelledObject | undefined {
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
