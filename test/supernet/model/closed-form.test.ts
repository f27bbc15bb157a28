import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { macs, parameterCount } from '../../../src/supernet/model/closed-form.js';
import { fullSubnet, subnetOf } from '../../../src/supernet/model/network.js';
import { createTinyVit, tinyVit5m } from '../../../src/supernet/model/networks/tinyvit.js';

const encoder = createTinyVit(tinyVit5m, 448);

describe('closed forms of the TinyViT encoder', () => {
  it('give the known counts of parameters', () => {
    expect(parameterCount(encoder, fullSubnet(encoder))).toBe(5_738_964);
    const removed = encoder.pieces.map((piece) => (/^stage[123].*(attention|mlp)$/.test(piece.name) ? 0 : piece.full));
    // Ten blocks without both branches keep their depthwise convolutions: 995,008 and 10 per channel of each.
    expect(parameterCount(encoder, removed)).toBe(995_008 + 10 * (2 * 128 + 6 * 160 + 2 * 320));
  });

  it('give the known multiply-accumulates, within rounding', () => {
    const gigamacs = (size: number) => {
      const sized = createTinyVit(tinyVit5m, size);
      return macs(sized, fullSubnet(sized)) / 1e9;
    };
    expect(gigamacs(224)).toBeCloseTo(1.77, 2);
    expect(gigamacs(448)).toBeCloseTo(7.09, 2);
    expect(gigamacs(512)).toBeCloseTo(10.3, 1);
    expect(gigamacs(1024)).toBeCloseTo(38.8, 1);
  });

  it('follow the published sums for any widths and heads', () => {
    const stages = { 1: [68_164, 257, 128, 7], 2: [106_420, 321, 160, 14], 3: [416_170, 641, 320, 7] } as const;
    const width = (full: number) => fc.integer({ min: 1, max: full });
    const elastic = encoder.pieces.filter((piece) => piece.width !== undefined);
    fc.assert(
      fc.property(fc.tuple(...elastic.map((piece) => width(piece.full))), (sizes) => {
        const subnet = subnetOf(
          encoder,
          Object.fromEntries(elastic.map((piece, i) => [piece.width ?? '', sizes[i] ?? 0])),
        );
        const blocks = elastic.reduce((sum, piece, i) => {
          const size = sizes[i] ?? 0;
          const [fixed, slope, dimension, window] = stages[Number(piece.name[5]) as 1 | 2 | 3];
          if (piece.name.endsWith('.mlp')) return sum + fixed + slope * size;
          // A head of 32 channels: rows of q, k and v with their biases, columns of the projection, a bias an offset.
          return sum - (piece.full - size) * (32 * (3 * dimension + 3 + dimension) + window * window);
        }, 0);
        expect(parameterCount(encoder, subnet)).toBe(995_008 + blocks);
      }),
    );
  });
});
