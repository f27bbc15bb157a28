/**
 * The few operations a Segment Anything network is written in. The network is defined once over `Ops<T>` and run by
 * three interpreters: ONNX (graph building; oracle and export), ONNX with gradients (training) and tfjs (eager, differentiable;
 * training).
 *
 * Maps are NHWC `[batch, height, width, channels]`, tokens `[batch, tokens, channels]`. The leading dimension may be
 * unknown while a graph is built, so network code writes -1 for it and never computes with it; every other dimension
 * is known. Layers are called by the name their tensors carry in the original PyTorch network: `linear(x, 'a.b')`
 * reads `a.b.weight` and, if the network has it, `a.b.bias`. Weights keep PyTorch's layout and names; an interpreter
 * may hold them in any layout inside.
 */
export interface Ops<T> {
  /** A plain parameter tensor by its full name (tokens, embeddings, tables). */
  parameter(name: string): T;
  constant(data: Float32Array, shape: readonly number[]): T;
  /** -1 for a leading dimension that is not known yet. */
  shape(x: T): readonly number[];

  /** Element-wise with NumPy broadcasting. */
  add(a: T, b: T): T;
  multiply(a: T, b: T): T;
  /** Exact GELU, x * Phi(x). */
  gelu(x: T): T;
  relu(x: T): T;
  sin(x: T): T;
  cos(x: T): T;
  /** 1 where x equals `value`, else 0. */
  equal(x: T, value: number): T;

  reshape(x: T, shape: readonly number[]): T;
  transpose(x: T, permutation: readonly number[]): T;
  concat(parts: readonly T[], axis: number): T;
  slice(x: T, axis: number, start: number, size: number): T;
  /** Zeros below and to the right of a map. */
  pad(x: T, bottom: number, right: number): T;

  /** `[..., k] x [k, m]` or batched `[b, n, k] x [b, k, m]` with broadcasting leading dimension. */
  matmul(a: T, b: T): T;
  /** Weight `[outputs, inputs]`. `active` takes the leading outputs (with their bias) and/or inputs of an elastic layer. */
  linear(x: T, layer: string, active?: ActiveSizes<T>): T;
  /** Over the last axis, with the layer's weight and bias. Serves LayerNorm and, on NHWC maps, LayerNorm2d. */
  layerNorm(x: T, layer: string, epsilon: number): T;
  /** GroupNorm with one group: over all of a map, with a weight and bias a channel. */
  groupNorm(x: T, layer: string, epsilon: number): T;
  /** Weight `[outputs, inputs, kh, kw]`; zero padding on all four sides. */
  conv2d(x: T, layer: string, options: { readonly stride: number; readonly padding: number }): T;
  /** Weight `[channels, 1, kh, kw]`. */
  depthwiseConv2d(x: T, layer: string, options: { readonly stride: number; readonly padding: number }): T;

  /**
   * softmax(scale q kᵀ) v over heads, scale = 1 / sqrt(channels of q / heads). q `[b, n, heads*d]`, k `[b, m, heads*d]`,
   * v `[b, m, heads*e]` to `[b, n, heads*e]`; a leading dimension of 1 is broadcast against the other's.
   */
  attention(q: T, k: T, v: T, heads: number): T;
  /**
   * The attention of a layer with its projections `q_proj`, `k_proj`, `v_proj` and `out_proj`, where the interpreter has a shorter way
   * for these shapes than one after the other; else undefined.
   */
  attend?(layer: string, q: T, k: T, v: T, heads: number): T | undefined;
  /** Self-attention over the tokens of windows from one joint projection `[windows, window*window, 3*heads*d]`. */
  selfAttention(qkv: T, options: SelfAttention<T>): T;
}

/** A number, or (ONNX block sessions) a run-time scalar of the graph. */
export type Size<T> = number | T;

export interface ActiveSizes<T> {
  readonly outputs?: Size<T>;
  readonly inputs?: Size<T>;
  /** Channels that an active size counts as one: those of an attention head. Default 1. */
  readonly unit?: number;
  /** Equal blocks of outputs, each of which gives its leading units: q, k and v of a joint projection. Default 1. */
  readonly blocks?: number;
}

export interface SelfAttention<T> {
  /** Channels of one head in each of q, k and v; the number of heads follows from the projection's width. */
  readonly headChannels: number;
  /** Tokens along one side of the window. */
  readonly window: number;
  /** Order of the projection's outputs: TinyViT keeps q, k, v together a head; SAM's ViT all of q, then k, then v. */
  readonly layout: 'head-qkv' | 'qkv-head';
  /**
   * TinyViT (`head-qkv`): the parameter `table` `[all heads, window*window]` holds a learned bias for the offset
   * |dy| * window + |dx|; its leading `heads` rows count, as many as the projection has heads (default: all).
   */
  readonly offsetBias?: { readonly table: string; readonly heads?: Size<T> };
  /**
   * SAM (`qkv-head`): decomposed relative position, shared by the heads. Row i * window + j holds the vector whose product
   * with a query in row (column) i is added to its score for a key in row (column) j. Both `[window*window, headChannels]`.
   */
  readonly relativePosition?: { readonly rows: T; readonly columns: T };
}

const entries = new Map<number, Int32Array>();

/** For every pair of tokens of a window, row by row, the entry |dy| * window + |dx| of a table of `offsetBias`. */
export function offsetEntries(window: number): Int32Array {
  const known = entries.get(window);
  if (known !== undefined) return known;
  const tokens = window * window;
  const made = Int32Array.from({ length: tokens * tokens }, (_, at) => {
    const [i, j] = [Math.floor(at / tokens), at % tokens];
    const dy = Math.abs(Math.floor(i / window) - Math.floor(j / window));
    return dy * window + Math.abs((i % window) - (j % window));
  });
  entries.set(window, made);
  return made;
}
