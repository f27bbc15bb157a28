import type { Prompt } from '../../predict/prompt.js';
import { contextOf } from './images.js';

export const PANEL_COLOURS = ['#009eff', '#ff8a00'] as const;
const FILL = 0.45;

interface Panel {
  readonly picture: HTMLCanvasElement;
  readonly mask: HTMLCanvasElement;
  readonly prompt: HTMLCanvasElement;
  readonly colour: string;
}

/** The image on the lowest canvas, and nothing on those above; all have a pixel a pixel of the image. */
export function drawImage({ picture, mask, prompt }: Panel, image: HTMLCanvasElement): void {
  for (const canvas of [picture, mask, prompt]) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  contextOf(picture).drawImage(image, 0, 0);
}

/** Colours the pixels of a mask: 1 inside, 0 outside, row after row. */
export function drawAnswer({ mask, colour }: Panel, pixels: Uint8Array): void {
  const context = contextOf(mask);
  const painted = context.createImageData(mask.width, mask.height);
  const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16)) as [number, number, number];
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < mask.width && y < mask.height && pixels[y * mask.width + x] === 1;
  for (let y = 0; y < mask.height; y++) {
    for (let x = 0; x < mask.width; x++) {
      if (!inside(x, y)) continue;
      const isEdge = !(inside(x - 1, y) && inside(x + 1, y) && inside(x, y - 1) && inside(x, y + 1));
      painted.data.set([r, g, b, Math.round(255 * (isEdge ? 1 : FILL))], 4 * (y * mask.width + x));
    }
  }
  context.putImageData(painted, 0, 0);
}

/** The box and the points that were asked by: a ring is a pixel of the object, a cross one that is not of it. */
export function drawPrompt(canvas: HTMLCanvasElement, { box, points = [] }: Prompt): void {
  const context = contextOf(canvas);
  const unit = Math.max(1, Math.max(canvas.width, canvas.height) / 240);
  const stroke = () => {
    for (const [style, width] of [
      ['#ffffff', 2 * unit],
      ['#1b2430', unit],
    ] as const) {
      [context.strokeStyle, context.lineWidth] = [style, width];
      context.stroke();
    }
  };
  if (box !== undefined) {
    context.beginPath();
    context.rect(...box);
    stroke();
  }
  for (const { x, y, label = 1 } of points) {
    const [cx, cy, size] = [x + 0.5, y + 0.5, 3 * unit];
    context.beginPath();
    if (label === 1) context.arc(cx, cy, size, 0, 2 * Math.PI);
    else {
      context.moveTo(cx - size, cy - size);
      context.lineTo(cx + size, cy + size);
      context.moveTo(cx + size, cy - size);
      context.lineTo(cx - size, cy + size);
    }
    stroke();
  }
}
