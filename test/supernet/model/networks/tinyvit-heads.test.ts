import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extract } from '../../../../src/supernet/method/extract.js';
import { permuteHidden } from '../../../../src/supernet/method/hidden-axis.js';
import { hiddenScores } from '../../../../src/supernet/method/prioritize.js';
import { createEncoder } from '../../../../src/supernet/model/description.js';
import type { EncoderSpec } from '../../../../src/supernet/model/encoder-families.js';
import { type Encoder, fullSubnet, subnetOf } from '../../../../src/supernet/model/network.js';
import { expectSameEverywhere, largestDifference, modelOf, onnxEmbedding, randomConfiguration } from './embeddings.js';

const blocks = (count: number, mlpWidth: number) =>
  Array.from({ length: count }, () => ({ attention: true, mlpWidth }));
/** Maps of 12, 6 and 6: windows that pad, that fit several times and that fit once. */
const spec: EncoderSpec = {
  family: 'tinyvit',
  patchChannels: [4, 8],
  mbconvHidden: [16],
  stages: [
    { dimension: 12, heads: 3, window: 5, stride: 2, blocks: blocks(1, 24) },
    { dimension: 20, heads: 5, window: 3, stride: 2, blocks: blocks(2, 40) },
    { dimension: 24, heads: 4, window: 6, stride: 1, blocks: blocks(1, 48) },
  ],
  neckChannels: 256,
};
const model = modelOf(spec, 96);
const encoder = createEncoder(model.description);
const attentions = encoder.pieces.filter(({ name }) => name.endsWith('.attention'));
const heads = (piece: (typeof attentions)[number], count: number) =>
  subnetOf(encoder, { [piece.width as string]: count });

describe('heads of a TinyViT', () => {
  it.each([1, 2, 3, 4])('slice to the same network in both interpreters, extracted and exported (%i)', (seed) =>
    expectSameEverywhere(model, encoder, subnetOf(encoder, randomConfiguration(encoder, seed))),
  );

  it('that are dropped leave what remains when their columns of the projection are zero', async () => {
    for (const piece of attentions) {
      const count = piece.full - 2;
      const { second, unit = 1 } = piece.hidden as NonNullable<typeof piece.hidden>;
      const name = `${second}.weight`;
      const { shape, data } = model.weights.get(name)!;
      const [, columns = 1] = shape;
      const silent = data.map((value, i) => (i % columns < count * unit ? value : 0));
      const silenced = new Map(model.weights).set(name, { shape, data: silent });
      const sliced = await onnxEmbedding(model.weights, encoder, heads(piece, count));
      const full = await onnxEmbedding(model.weights, encoder, fullSubnet(encoder));
      expect(largestDifference(await onnxEmbedding(silenced, encoder, fullSubnet(encoder)), sliced)).toBeLessThan(1e-5);
      expect(largestDifference(full, sliced)).toBeGreaterThan(1e-3);
    }
  });

  it('may come in another order, and are scored by what belongs to them', async () => {
    const full = fullSubnet(encoder);
    const before = await onnxEmbedding(model.weights, encoder, full);
    for (const { full: count, hidden } of attentions) {
      const weights = new Map(model.weights);
      const order = Array.from({ length: count }, (_, i) => (i + 2) % count);
      const scores = hiddenScores(weights, hidden!);
      permuteHidden(weights, hidden!, order);
      const expected = order.map((head) => expect.closeTo(scores[head] as number, 6));
      expect([...hiddenScores(weights, hidden!)]).toEqual(expected);
      expect(largestDifference(before, await onnxEmbedding(weights, encoder, full))).toBeLessThan(1e-5);
    }
  });

  it('are gone with their gate, and with none of them left', () => {
    const [piece] = attentions;
    const closed = subnetOf(encoder, { [piece!.gate as string]: false, [piece!.width as string]: 2 });
    expect(closed).toEqual(heads(piece!, 0));
    const { description } = extract(model, encoder, closed);
    expect(description.encoder).toMatchObject({ stages: [{ heads: 3, blocks: [{ attention: false }] }, {}, {}] });
    expect(JSON.stringify(description)).not.toContain('"attention":true,"heads"');
  });

  it('are nested: a subnet of a subnet is the subnet of the whole', () => {
    const sizes = (of: Encoder) =>
      fc.tuple(...of.pieces.map(({ gate, width, full }) => fc.integer({ min: (gate ?? width) ? 0 : full, max: full })));
    fc.assert(
      fc.property(sizes(encoder), sizes(encoder), (a, b) => {
        const smaller = a.map((size, i) => Math.min(size, b[i] as number));
        const larger = extract(model, encoder, a);
        const inner = createEncoder(larger.description);
        const active = new Map(encoder.pieces.map(({ name }, i) => [name, smaller[i] as number]));
        const twice = extract(
          larger,
          inner,
          inner.pieces.map(({ name }) => active.get(name) as number),
        );
        const once = extract(model, encoder, smaller);
        expect(twice.description).toEqual(once.description);
        expect(twice.weights).toEqual(once.weights);
      }),
      { numRuns: 30 },
    );
  });
});
