import { missingTensor } from '../model/missing-tensor.js';
import type { Ops, Size } from '../model/ops.js';
import { createAttention } from './attention.js';
import { createConvolutions } from './convolution.js';
import { differentiable, type Tensor, type Tf } from './differentiable.js';
import { createElementwise, createGelu } from './elementwise.js';
import { createGroupNorm, createLayerNorm } from './layer-norm.js';
import { createLinear } from './linear.js';
import { createProducts } from './products.js';
import { createStructure } from './structure.js';
import { createTokenAttention } from './token-attention.js';

export type { Tensor, Tf } from './differentiable.js';

/**
 * The eager, differentiable interpreter. `find` gives a parameter by its full name, or undefined where the network has
 * none (a layer without bias). Gradients flow to whatever tensors `tf.grads` or the engine is asked for.
 */
export function createTfjsOps(tf: Tf, find: (name: string) => Tensor | undefined): Ops<Tensor> {
  const products = createProducts(tf);
  const structure = createStructure(tf);
  const elementwise = createElementwise(tf, products);
  const attention = createAttention(tf, products);
  const convolutions = createConvolutions(tf, products);
  const linear = createLinear(tf, products);
  const layerNorm = createLayerNorm(tf, products);
  const groupNorm = createGroupNorm(tf, products);
  const tokenAttention = createTokenAttention(tf, products);
  const { reshape, transpose, slice } = structure;

  const parameter = (name: string): Tensor => {
    const tensor = find(name);
    if (tensor === undefined) throw missingTensor(name);
    return tensor;
  };
  const size = (active: Size<Tensor> | undefined, full: number): number => (typeof active === 'number' ? active : full);

  const leadingRows = (table: Tensor, active: Size<Tensor> | undefined): Tensor => {
    const rows = size(active, table.shape[0] as number);
    return rows === table.shape[0] ? table : slice(table, 0, 0, rows);
  };

  const matmul = (a: Tensor, b: Tensor): Tensor => {
    const flatB = b.rank === 2;
    const left = flatB ? reshape(a, [-1, a.shape.at(-1) as number]) : a;
    const product = differentiable(
      tf,
      { left, b },
      (save) => {
        save([left, b]);
        return flatB ? products.matrix(left, b) : products.batched(left, b);
      },
      (dy, saved) => {
        const [x, y] = saved as [Tensor, Tensor];
        const multiply = flatB ? products.matrix : products.batched;
        return { left: () => multiply(dy, y, false, true), b: () => multiply(x, dy, true, false) };
      },
    );
    return flatB ? reshape(product, [...a.shape.slice(0, -1), b.shape[1] as number]) : product;
  };

  /** Repeats a leading dimension of 1. */
  const repeat = (x: Tensor, count: number): Tensor =>
    x.shape[0] === count ? x : elementwise.add(x, tf.zeros([count, ...x.shape.slice(1).map(() => 1)]));

  return {
    ...structure,
    ...elementwise,
    parameter,
    matmul,
    constant: (data, shape) => tf.tensor(data, [...shape]),
    shape: (x) => x.shape,
    gelu: createGelu(tf),
    sin: (x) => tf.sin(x),
    cos: (x) => tf.cos(x),
    equal: (x, value) => tf.cast(tf.equal(x, value), 'float32'),
    linear: (x, layer, active = {}) => {
      const weight = parameter(`${layer}.weight`);
      const [outputs = 1, inputs = 1] = weight.shape;
      const { unit = 1, blocks = 1 } = active;
      return linear(x, weight, find(`${layer}.bias`), {
        rows: blocks * unit * size(active.outputs, outputs / blocks / unit),
        columns: unit * size(active.inputs, inputs / unit),
        blocks,
      });
    },
    layerNorm: (x, layer, epsilon) => layerNorm(x, parameter(`${layer}.weight`), parameter(`${layer}.bias`), epsilon),
    groupNorm: (x, layer, epsilon) => groupNorm(x, parameter(`${layer}.weight`), parameter(`${layer}.bias`), epsilon),
    conv2d: (x, layer, options) => convolutions.conv2d(x, parameter(`${layer}.weight`), find(`${layer}.bias`), options),
    depthwiseConv2d: (x, layer, options) =>
      convolutions.depthwise(x, parameter(`${layer}.weight`), parameter(`${layer}.bias`), options),
    attention: (q, k, v, heads) => {
      const groups = Math.max(q.shape[0] as number, k.shape[0] as number, v.shape[0] as number);
      const separate = (x: Tensor): Tensor => {
        const [b = 1, n = 1, c = 1] = x.shape;
        const apart = transpose(reshape(x, [b, n, heads, c / heads]), [0, 2, 1, 3]);
        return reshape(repeat(reshape(apart, [b, heads * n, c / heads]), groups), [groups * heads, n, c / heads]);
      };
      const mixed = attention.grouped(separate(q), separate(k), separate(v));
      const [, n = 1, d = 1] = mixed.shape;
      return reshape(transpose(reshape(mixed, [groups, heads, n, d]), [0, 2, 1, 3]), [groups, n, heads * d]);
    },
    selfAttention: (qkv, options) =>
      options.offsetBias === undefined
        ? tokenAttention(qkv, options)
        : attention.offsetAttention(
            qkv,
            leadingRows(parameter(options.offsetBias.table), options.offsetBias.heads),
            options,
          ),
    slice,
  };
}
