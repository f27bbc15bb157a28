import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { createRng } from '../../../src/base/rng.js';
import { encodeModel } from '../../../src/supernet/formats/onnx/proto.js';
import { createGraphBuilder, type GraphTensor } from '../../../src/supernet/run-onnx/graph-builder.js';
import { createGraphOps } from '../../../src/supernet/run-onnx/graph-ops.js';

const [CHANNELS, INNER, HEADS] = [12, 24, 3];
const rng = createRng('cross-attention');
const noise = (shape: readonly number[]) => {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length }, () => rng.normal()) };
};
const weights = new Map(
  ['q_proj', 'k_proj', 'v_proj', 'out_proj'].flatMap((name) => {
    const [rows, columns] = name === 'out_proj' ? [CHANNELS, INNER] : [INNER, CHANNELS];
    return [[`l.${name}.weight`, noise([rows, columns])] as const, [`l.${name}.bias`, noise([rows])] as const];
  }),
);

/** The attention in one and projection after projection, of the same inputs. */
async function both(shapes: { q: readonly number[]; k: readonly number[]; v: readonly number[] }) {
  const builder = createGraphBuilder(weights);
  const ops = createGraphOps(builder);
  const of = (name: 'q' | 'k' | 'v') => {
    const [prompts, ...rest] = shapes[name];
    return builder.input(name, [prompts === 1 ? 1 : -1, ...rest]);
  };
  const [q, k, v] = [of('q'), of('k'), of('v')];
  const whole = ops.attend?.('l', q, k, v, HEADS) as GraphTensor;
  const mixed = ops.attention(ops.linear(q, 'l.q_proj'), ops.linear(k, 'l.k_proj'), ops.linear(v, 'l.v_proj'), HEADS);
  builder.output('whole', whole);
  builder.output('plain', ops.linear(mixed, 'l.out_proj'));
  const session = await InferenceSession.create(encodeModel(builder.finish('attention')), { logSeverityLevel: 4 });
  const feeds = Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => [name, new Tensor('float32', noise(shape).data, shape)]),
  );
  const results = await session.run(feeds);
  await session.release();
  return [results['whole'], results['plain']].map((tensor) => tensor as Tensor);
}

const few = [5, 4, CHANNELS] as const;
it.each([
  { name: 'few tokens to many', q: few, k: [5, 30, CHANNELS], v: [5, 30, CHANNELS] },
  { name: 'few tokens to many that prompts share', q: few, k: [1, 30, CHANNELS], v: [1, 30, CHANNELS] },
  { name: 'many tokens to few', q: [5, 30, CHANNELS], k: few, v: few },
  { name: 'many tokens that prompts share to few', q: [1, 30, CHANNELS], k: few, v: few },
])('attends from $name as one projection after the other', async ({ q, k, v }) => {
  const [whole, plain] = await both({ q, k, v });
  expect(whole?.dims).toEqual(plain?.dims);
  const expected = plain?.data as Float32Array;
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - Number(whole?.data[i]))), 0);
  expect(worst / largest).toBeLessThan(1e-5);
});

it('leaves to the plain way what it would make longer', () => {
  const builder = createGraphBuilder(weights);
  const { attend } = createGraphOps(builder);
  const [narrow, wide, unknown] = [4, 8, -1].map((tokens) => builder.input(`x${tokens}`, [-1, tokens, CHANNELS]));
  const many = builder.input('many', [-1, 30, CHANNELS]);
  expect(attend?.('l', narrow as GraphTensor, many, many, HEADS)).toBeDefined();
  expect(attend?.('l', wide as GraphTensor, many, many, HEADS)).toBeUndefined();
  expect(attend?.('l', unknown as GraphTensor, many, many, HEADS)).toBeUndefined();
  expect(attend?.('l', narrow as GraphTensor, narrow as GraphTensor, narrow as GraphTensor, HEADS)).toBeUndefined();
});
