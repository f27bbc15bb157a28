import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createUpscaler } from '../../../src/supernet/method/upscale-masks.js';

/** The two steps written out as SAM's postprocessing does them. */
function resize(data: Float32Array, [h, w]: [number, number], [toH, toW]: [number, number]): Float32Array {
  const at = (i: number, from: number, to: number) => {
    const position = Math.max(0, ((i + 0.5) * from) / to - 0.5);
    const low = Math.min(Math.floor(position), from - 1);
    return [low, Math.min(low + 1, from - 1), position - low] as const;
  };
  return Float32Array.from({ length: toH * toW }, (_, i) => {
    const [y0, y1, v] = at(Math.floor(i / toW), h, toH);
    const [x0, x1, u] = at(i % toW, w, toW);
    const value = (y: number, x: number) => data[y * w + x] as number;
    return (1 - v) * ((1 - u) * value(y0, x0) + u * value(y0, x1)) + v * ((1 - u) * value(y1, x0) + u * value(y1, x1));
  });
}

it('equals resizing to the input size, cutting and resizing to the original', () => {
  const size = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 6 }),
      size,
      size,
      fc.integer({ min: 1, max: 1000 }),
      (quarter, width, height, seed) => {
        const side = 4 * quarter;
        const inputSize = 4 * side;
        const scale = inputSize / Math.max(width, height);
        const [contentWidth, contentHeight] = [
          Math.max(1, Math.round(width * scale)),
          Math.max(1, Math.round(height * scale)),
        ];
        const logits = Float32Array.from({ length: side * side }, (_, i) => Math.sin(seed + i * i));
        const square = resize(logits, [side, side], [inputSize, inputSize]);
        const cut = new Float32Array(contentHeight * contentWidth);
        for (let y = 0; y < contentHeight; y++)
          cut.set(square.subarray(y * inputSize, y * inputSize + contentWidth), y * contentWidth);
        const expected = resize(cut, [contentHeight, contentWidth], [height, width]);
        const actual = createUpscaler({ side, inputSize, contentWidth, contentHeight, width, height }).upscale(logits);
        actual.forEach((value, i) => {
          expect(value).toBeCloseTo(expected[i] as number, 4);
        });
      },
    ),
    { numRuns: 30 },
  );
});
