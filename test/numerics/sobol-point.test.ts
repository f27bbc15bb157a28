import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sobolPoint } from '../../src/numerics/sobol-point.js';

const { axes, points } = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', 'assets', 'sobol-points.json'), 'utf8'),
) as { axes: number[]; points: { index: number; at: number[] }[] };
const scramble = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('sobolPoint', () => {
  it('gives the points that SciPy gives from the same direction numbers', () => {
    for (const { index, at } of points) {
      const point = sobolPoint(index, 1024);
      expect(axes.map((axis) => point[axis])).toEqual(at);
    }
  });

  it('puts one of the first 2^m points into each of 2^m equal parts of every axis, scrambled or not', () => {
    fc.assert(
      fc.property(fc.option(scramble, { nil: undefined }), fc.integer({ min: 0, max: 999 }), (by, axis) => {
        const cells = Array.from({ length: 64 }, (_, i) => Math.floor((sobolPoint(i, axis + 1, by)[axis] ?? 0) * 64));
        expect(new Set(cells).size).toBe(64);
      }),
      { numRuns: 30 },
    );
  });

  it('keeps the net of the first two axes when it scrambles: one point in every box of area 1/64', () => {
    fc.assert(
      fc.property(scramble, fc.integer({ min: 0, max: 6 }), (by, split) => {
        const boxes = Array.from({ length: 64 }, (_, i) => {
          const [x = 0, y = 0] = sobolPoint(i, 2, by);
          return `${Math.floor(x * 2 ** split)}/${Math.floor(y * 2 ** (6 - split))}`;
        });
        expect(new Set(boxes).size).toBe(64);
      }),
    );
  });

  it('scrambles otherwise for another seed, and spreads each point evenly over all seeds', () => {
    const first = Array.from({ length: 4000 }, (_, seed) => sobolPoint(0, 1, seed)[0] ?? 0);
    expect(new Set(first).size).toBeGreaterThan(3990);
    for (let tenth = 0; tenth < 10; tenth++) {
      const share = first.filter((x) => Math.floor(x * 10) === tenth).length / 4000;
      expect(Math.abs(share - 0.1)).toBeLessThan(0.03);
    }
  });

  it('uses its axes again beyond 1,024, in another order', () => {
    const [a, b] = [0, 1024].map((axis) => Array.from({ length: 64 }, (_, i) => sobolPoint(i, 1025, 7)[axis] ?? 0));
    expect(new Set(b?.map((x) => Math.floor(x * 64))).size).toBe(64);
    const mean = (b ?? []).reduce((sum, x, i) => sum + (x - 0.5) * ((a?.[i] ?? 0) - 0.5), 0) / 64;
    expect(Math.abs(mean * 12)).toBeLessThan(0.4);
    expect(() => sobolPoint(0, 1025)).toThrow(RangeError);
    expect(() => sobolPoint(2 ** 32, 1, 1)).toThrow(RangeError);
  });
});
