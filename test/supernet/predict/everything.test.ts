import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInside } from '../../../src/supernet/data/labelled-image.js';
import { createUpscaler } from '../../../src/supernet/method/upscale-masks.js';
import { everything, pointGrid, suppressDoubles } from '../../../src/supernet/predict/everything.js';
import { instanceMap, predictedMask } from '../../../src/supernet/predict/predicted-mask.js';

const box = fc
  .tuple(fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .map(([x, y, w, h]) => [x, y, x + w, y + h] as const);

describe('non-maximum suppression', () => {
  it('keeps what torchvision keeps: from the best on, everything that no kept box overlaps too much', () => {
    const masks = fc.array(fc.record({ box, predictedIou: fc.float({ min: 0, max: 1, noNaN: true }) }), {
      maxLength: 25,
    });
    fc.assert(
      fc.property(masks, fc.constantFrom(0.3, 0.5, 0.7), (all, threshold) => {
        // torchvision's way: walk through the sorted boxes and cross out what follows.
        const sorted = [...all].sort((a, b) => b.predictedIou - a.predictedIou);
        const crossed = new Set<number>();
        sorted.forEach((a, i) => {
          if (crossed.has(i)) return;
          for (let j = i + 1; j < sorted.length; j++) {
            const [p, q] = [a.box, (sorted[j] as typeof a).box];
            // Corners are the first and the last pixel.
            const side = (k: 0 | 1) =>
              Math.max(0, Math.min(p[k + 2] as number, q[k + 2] as number) - 1 - Math.max(p[k], q[k]));
            const area = (r: typeof p) => (r[2] - 1 - r[0]) * (r[3] - 1 - r[1]);
            const inter = side(0) * side(1);
            if (inter / (area(p) + area(q) - inter) > threshold) crossed.add(j);
          }
        });
        expect(suppressDoubles(all, threshold)).toEqual(sorted.filter((_, i) => !crossed.has(i)));
      }),
    );
  });
});

describe('a predicted mask', () => {
  const logits = fc.array(fc.float({ min: -3, max: 3, noNaN: true }), { minLength: 64, maxLength: 64 });
  it('has the area, box and stability that all its pixels give', () => {
    fc.assert(
      fc.property(logits, fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), (values, width, height) => {
        const scale = 32 / Math.max(width, height);
        const content = [width, height].map((size) => Math.max(1, Math.floor(size * scale + 0.5))) as [number, number];
        const geometry = { side: 8, inputSize: 32, contentWidth: content[0], contentHeight: content[1], width, height };
        const upscaler = createUpscaler(geometry);
        const whole = upscaler.upscale(Float32Array.from(values));
        const mask = predictedMask(Float32Array.from(values), upscaler, { width, height }, 7, 0.5);
        const above = (threshold: number) => whole.filter((value) => value > threshold).length;
        expect(mask.area).toBe(above(0));
        // segment-anything: IoU of the masks at thresholds 1 and -1, one of which holds the other.
        expect(mask.stability).toBeCloseTo(above(-1) === 0 ? 0 : above(1) / above(-1), 10);
        whole.forEach((value, i) => {
          expect(isInside(mask, i % width, Math.floor(i / width))).toBe(value > 0);
        });
        if (mask.area === 0) return;
        const xs = [...whole].flatMap((value, i) => (value > 0 ? [i % width] : []));
        expect([mask.box[0], mask.box[2]]).toEqual([Math.min(...xs), Math.max(...xs) + 1]);
      }),
      { numRuns: 60 },
    );
  });

  it('shows the smaller of two where they overlap', () => {
    const upscaler = createUpscaler({
      side: 4,
      inputSize: 16,
      contentWidth: 16,
      contentHeight: 16,
      width: 16,
      height: 16,
    });
    const whole = predictedMask(new Float32Array(16).fill(5), upscaler, { width: 16, height: 16 }, 1, 1);
    const small = predictedMask(
      Float32Array.from({ length: 16 }, (_, i) => (i === 0 ? 5 : -5)),
      upscaler,
      { width: 16, height: 16 },
      2,
      1,
    );
    for (const order of [
      [whole, small],
      [small, whole],
    ]) {
      const map = instanceMap(order, 16, 16);
      expect([map[0], map[255]]).toEqual([2, 1]);
    }
  });
});

it('asks at the middles of equal cells, as build_point_grid of segment-anything lays them', () => {
  // python -c "from segment_anything.utils.amg import build_point_grid; print(build_point_grid(2))"
  expect(pointGrid(2)).toEqual([
    [0.25, 0.25],
    [0.75, 0.25],
    [0.25, 0.75],
    [0.75, 0.75],
  ]);
});

it('keeps the three masks of a point that exceed the least predicted IoU and reach the least stability', async () => {
  const prepared = {
    name: 'x',
    originalWidth: 16,
    originalHeight: 16,
    inputSize: 16,
    contentWidth: 16,
    contentHeight: 16,
    pixels: new Float32Array(),
  };
  const side = 4;
  const block = (corner: number, value: number) =>
    Float32Array.from({ length: 16 }, (_, i) =>
      i % 4 < 2 === (corner % 2 === 0) && i < 8 === corner < 2 ? value : -9,
    );
  // The single mask, a sure one, one too weak in IoU, one too unsure in its border.
  const masks = (corner: number) => [block(corner, 9), block(corner, 9), block(corner, 9), block(corner, 0.5)];
  const ious = [0.99, 0.95, 0.88, 0.97];
  const coordinates: number[] = [];
  const found = await everything(
    {
      prepared,
      promptsAtOnce: 3,
      decode: async (batch) => {
        coordinates.push(...batch.coordinates);
        const first = coordinates.length / 4 - batch.count;
        const all = Array.from({ length: batch.count }, (_, i) => masks(first + i)).flat();
        return {
          ...{ perPrompt: 4, side, logits: Float32Array.from(all.flatMap((mask) => [...mask])) },
          iouPredictions: Float32Array.from(all.map((_, i) => ious[i % 4] as number)),
        };
      },
      upscaler: () => createUpscaler({ ...prepared, side, width: 16, height: 16 }),
    },
    { pointsPerSide: 2, minStability: 0.5 },
  );
  expect(found.map(({ id, predictedIou }) => [id, Math.round(predictedIou * 100)])).toEqual([
    [1, 95],
    [2, 95],
    [3, 95],
    [4, 95],
  ]);
  expect(new Set(found.map(({ box }) => `${box}`)).size).toBe(4);
  expect(coordinates.slice(0, 4)).toEqual([4, 4, 0, 0]);
});
