import type { Pen } from './canvas.js';
import type { Marks, Size } from './marks.js';

/** Which marks are drawn, and how. */
export interface Stamping {
  /** Of the first so many. */
  readonly count: number;
  readonly isIn: 0 | 1;
  readonly colour: string;
  readonly alpha: number;
  /** Half the side of a mark's square, in CSS pixels. */
  readonly radius: number;
  readonly size: Size;
}

/**
 * Draws marks as squares that darken where they overlap, all in one picture: ten thousands of calls to the canvas take seconds, the same
 * counted by pixel a few milliseconds.
 */
export function stampMarks(pen: Pen, marks: Marks, { count, isIn, colour, alpha, radius, size }: Stamping): void {
  const ratio = pen.getTransform().a;
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (width === 0 || height === 0) return;
  const covered = new Uint8Array(width * height);
  const side = Math.max(1, Math.round(2 * radius * ratio));
  for (let i = 0; i < count; i++) {
    if (marks.isIn[i] !== isIn) continue;
    const [x0, y0] = [
      Math.round(((marks.left[i] as number) - radius) * ratio),
      Math.round(((marks.top[i] as number) - radius) * ratio),
    ];
    for (let y = Math.max(0, y0); y < Math.min(height, y0 + side); y++) {
      for (let x = Math.max(0, x0); x < Math.min(width, x0 + side); x++) {
        const pixel = y * width + x;
        if ((covered[pixel] as number) < 255) covered[pixel] = (covered[pixel] as number) + 1;
      }
    }
  }
  const opacity = Uint8ClampedArray.from({ length: 256 }, (_, times) => 255 * (1 - (1 - alpha) ** times));
  const layer = document.createElement('canvas');
  [layer.width, layer.height] = [width, height];
  const own = layer.getContext('2d');
  if (own === null) return;
  const picture = own.createImageData(width, height);
  for (let i = 0; i < covered.length; i++) picture.data[4 * i + 3] = opacity[covered[i] as number] as number;
  own.putImageData(picture, 0, 0);
  // The colour may be anything that a style sheet can say.
  own.globalCompositeOperation = 'source-in';
  own.fillStyle = colour;
  own.fillRect(0, 0, width, height);
  pen.drawImage(layer, 0, 0, size.width, size.height);
}
