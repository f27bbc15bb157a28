import type { Ops } from '../ops.js';
import { DECODER_CHANNELS, DECODER_DEPTH, DECODER_MLP } from './mask-heads.js';
import type { createShapes } from './shapes.js';

const NAME = 'mask_decoder.transformer';
const HEADS = 8;
const EPSILON = 1e-5;
const ATTENTIONS = ['self_attn', 'cross_attn_token_to_image', 'cross_attn_image_to_token'] as const;

/** In what the published two-way transformers differ. */
export interface TwoWayVariant {
  /**
   * Self-attention of the tokens: SAM's (false) adds positions to queries and keys alone, and its first result replaces the
   * tokens; EfficientSAM's (true) adds them to the tokens for good and is always a residual.
   */
  readonly keepsPositions: boolean;
  readonly activation: 'relu' | 'gelu';
  /** Names of the MLP's two linear layers. */
  readonly mlp: readonly [string, string];
}

/** Adds the transformer's tensors. */
export function twoWayShapes(shapes: ReturnType<typeof createShapes>, { mlp }: TwoWayVariant): void {
  const c = DECODER_CHANNELS;
  const attention = (name: string, inner: number) => {
    for (const projection of ['q_proj', 'k_proj', 'v_proj']) shapes.linear(`${name}.${projection}`, inner, c);
    shapes.linear(`${name}.out_proj`, c, inner);
  };
  for (let layer = 0; layer < DECODER_DEPTH; layer++) {
    const name = `${NAME}.layers.${layer}`;
    for (const part of ATTENTIONS) attention(`${name}.${part}`, part === 'self_attn' ? c : c / 2);
    shapes.linear(`${name}.${mlp[0]}`, DECODER_MLP, c);
    shapes.linear(`${name}.${mlp[1]}`, c, DECODER_MLP);
    for (let norm = 1; norm <= 4; norm++) shapes.norm(`${name}.norm${norm}`, c);
  }
  attention(`${NAME}.final_attn_token_to_image`, c / 2);
  shapes.norm(`${NAME}.norm_final_attn`, c);
}

/**
 * SAM's two-way transformer: prompt tokens `[p, n, 256]` and image tokens `[1 or p, m, 256]` attend to each other.
 * An image shared by all prompts stays single until prompts make it differ, so its projections are computed once.
 * @returns the tokens `[p, n, 256]` and the image `[p, m, 256]`
 */
export function twoWayTransformer<T>(
  ops: Ops<T>,
  { keepsPositions, activation, mlp }: TwoWayVariant,
  image: T,
  positions: T,
  prompts: T,
): [tokens: T, image: T] {
  const attend = (layer: string, q: T, k: T, v: T) => {
    const whole = ops.attend?.(layer, q, k, v, HEADS);
    if (whole !== undefined) return whole;
    const mixed = ops.attention(
      ops.linear(q, `${layer}.q_proj`),
      ops.linear(k, `${layer}.k_proj`),
      ops.linear(v, `${layer}.v_proj`),
      HEADS,
    );
    return ops.linear(mixed, `${layer}.out_proj`);
  };
  let tokens = prompts;
  let keys = image;
  for (let index = 0; index < DECODER_DEPTH; index++) {
    const layer = `${NAME}.layers.${index}`;
    const norm = (x: T, number: number) => ops.layerNorm(x, `${layer}.norm${number}`, EPSILON);
    // The first layer's tokens are their own positions, so these are not added.
    const placed = index === 0 ? tokens : ops.add(tokens, prompts);
    const values = keepsPositions ? placed : tokens;
    const mixed = attend(`${layer}.self_attn`, placed, placed, values);
    tokens = index === 0 && !keepsPositions ? mixed : ops.add(values, mixed);
    tokens = norm(tokens, 1);
    const placedKeys = ops.add(keys, positions);
    const toImage = attend(`${layer}.cross_attn_token_to_image`, ops.add(tokens, prompts), placedKeys, keys);
    tokens = norm(ops.add(tokens, toImage), 2);
    const hidden = ops[activation](ops.linear(tokens, `${layer}.${mlp[0]}`));
    tokens = norm(ops.add(tokens, ops.linear(hidden, `${layer}.${mlp[1]}`)), 3);
    const toTokens = attend(`${layer}.cross_attn_image_to_token`, placedKeys, ops.add(tokens, prompts), tokens);
    keys = norm(ops.add(keys, toTokens), 4);
  }
  const final = attend(`${NAME}.final_attn_token_to_image`, ops.add(tokens, prompts), ops.add(keys, positions), keys);
  return [ops.layerNorm(ops.add(tokens, final), `${NAME}.norm_final_attn`, EPSILON), keys];
}
