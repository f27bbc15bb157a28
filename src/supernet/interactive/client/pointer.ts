import type { Prompt, PromptPoint } from '../../predict/prompt.js';
import { contextOf } from './images.js';

/** What a click, a drag or a key asks for, in pixels of the image. */
export interface Asked {
  readonly box?: Prompt['box'];
  readonly point?: Pick<PromptPoint, 'x' | 'y'>;
  /** By the right button or with Shift: the point is not of the object. */
  readonly isOutside: boolean;
}

/** Pixels of the screen that a pointer may move and still click. */
const STILL = 5;

/**
 * Tells of clicks (a point) and drags (a box) on a canvas whose pixels are the image's. By keys: the arrows move a cross from the
 * middle, with Shift by ten pixels, Enter asks at it, Backspace says that it is not of the object.
 */
export function listen(canvas: HTMLCanvasElement, tell: (asked: Asked) => void): void {
  let from: { readonly x: number; readonly y: number; readonly event: PointerEvent } | undefined;
  const place = (event: PointerEvent) => {
    const frame = canvas.getBoundingClientRect();
    const at = (value: number, start: number, size: number, pixels: number) =>
      Math.min(pixels - 1, Math.max(0, ((value - start) * pixels) / size));
    return {
      x: at(event.clientX, frame.left, frame.width, canvas.width),
      y: at(event.clientY, frame.top, frame.height, canvas.height),
    };
  };
  canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId);
    from = { ...place(event), event };
  });
  canvas.addEventListener('pointerup', (event) => {
    if (from === undefined) return;
    const [start, end] = [from, place(event)];
    from = undefined;
    const { clientX, clientY, button, shiftKey } = start.event;
    const isOutside = button === 2 || shiftKey;
    if (Math.hypot(event.clientX - clientX, event.clientY - clientY) < STILL) {
      tell({ point: { x: Math.floor(start.x), y: Math.floor(start.y) }, isOutside });
      return;
    }
    const [x, y] = [Math.min(start.x, end.x), Math.min(start.y, end.y)];
    const [width, height] = [Math.abs(start.x - end.x), Math.abs(start.y - end.y)];
    if (width > 0 && height > 0) tell({ box: [x, y, width, height], isOutside: false });
  });

  let cross: { x: number; y: number } | undefined;
  const moves: { readonly [key: string]: readonly [number, number] } = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  canvas.addEventListener('keydown', (event) => {
    const move = moves[event.key];
    cross ??= { x: Math.floor(canvas.width / 2), y: Math.floor(canvas.height / 2) };
    if (move !== undefined) {
      event.preventDefault();
      const step = event.shiftKey ? 10 : 1;
      cross = {
        x: Math.min(canvas.width - 1, Math.max(0, cross.x + step * move[0])),
        y: Math.min(canvas.height - 1, Math.max(0, cross.y + step * move[1])),
      };
      const context = contextOf(canvas);
      context.fillStyle = '#ffffff';
      context.fillRect(cross.x, cross.y, 1, 1);
    } else if (event.key === 'Enter' || event.key === 'Backspace') {
      event.preventDefault();
      tell({ point: cross, isOutside: event.key === 'Backspace' });
    }
  });
}
