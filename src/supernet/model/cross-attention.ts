import type { Ops } from './ops.js';

type Primitives<T> = Pick<
  Ops<T>,
  'parameter' | 'constant' | 'shape' | 'reshape' | 'transpose' | 'matmul' | 'add' | 'multiply' | 'linear'
> & {
  /** Over the last axis. */
  softmax(x: T): T;
};

/**
 * Attention between few tokens and many, projections and all, by products with the few tokens alone. Projecting a side of many tokens costs a
 * product with every head's channels; multiplied out, its weights go to the few tokens, and what is left a head and token is narrower:
 * q · (W k + b) = (Wᵀ q) · k + q · b, and the shares of a query being one in all, Σ share (W v + b) = W Σ share v + b.
 */
export function createCrossAttention<T>(primitives: Primitives<T>): NonNullable<Ops<T>['attend']> {
  const { parameter, constant, shape, reshape, transpose, matmul, add, multiply, linear, softmax } = primitives;
  const scalar = (value: number) => constant(Float32Array.of(value), [1]);
  return (layer, q, k, v, heads) => {
    const weight = (projection: string) => parameter(`${layer}.${projection}.weight`);
    const bias = (projection: string) => parameter(`${layer}.${projection}.bias`);
    const [inner = 0, channels = 0] = shape(parameter(`${layer}.q_proj.weight`));
    const d = inner / heads;
    const [fromCount, toCount] = [shape(q)[1] ?? -1, shape(k)[1] ?? -1];
    const [few, many] = [Math.min(fromCount, toCount), Math.max(fromCount, toCount)];
    // All heads' scores of a token must be narrower than the projection that they stand for.
    if (few < 0 || few === many || heads * few >= inner) return undefined;

    /** The weight `[heads * d, channels]` of a projection: `[1, heads, d, channels]`. Such changes of constants are made once, when a session starts. */
    const rows = (projection: string) => reshape(weight(projection), [1, heads, d, channels]);
    const separate = (x: T) => transpose(reshape(x, [-1, few, heads, d]), [0, 2, 1, 3]);
    const joined = (x: T) => reshape(x, [-1, heads * few, channels]);
    const scaled = (x: T) => multiply(x, scalar(1 / Math.sqrt(d)));

    if (fromCount === few) {
      // The bias of the keys adds the same to all scores of a query: nothing to their shares.
      const queries = joined(matmul(scaled(separate(linear(q, `${layer}.q_proj`))), rows('k_proj')));
      const shares = softmax(matmul(queries, transpose(k, [0, 2, 1])));
      const mixed = reshape(matmul(shares, v), [-1, heads, few, channels]);
      const values = matmul(mixed, transpose(rows('v_proj'), [0, 1, 3, 2]));
      const shifted = add(values, reshape(bias('v_proj'), [1, heads, 1, d]));
      return linear(reshape(transpose(shifted, [0, 2, 1, 3]), [-1, few, inner]), `${layer}.out_proj`);
    }
    const keys = scaled(separate(linear(k, `${layer}.k_proj`)));
    const offsets = reshape(matmul(keys, reshape(bias('q_proj'), [1, heads, d, 1])), [-1, 1, heads * few]);
    const scores = add(matmul(q, transpose(joined(matmul(keys, rows('q_proj'))), [0, 2, 1])), offsets);
    const shares = softmax(reshape(scores, [-1, many, heads, few]));
    const out = transpose(reshape(weight('out_proj'), [1, channels, heads, d]), [0, 2, 3, 1]);
    // Shares are one in all in every head, so that a part of the bias with every value is the bias with every query.
    const part = multiply(bias('out_proj'), scalar(1 / heads));
    const values = joined(add(matmul(separate(linear(v, `${layer}.v_proj`)), out), part));
    return matmul(reshape(shares, [-1, many, heads * few]), values);
  };
}
