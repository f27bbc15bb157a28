import type { Ops } from '../ops.js';

const NAME = 'mask_decoder.transformer';
const HEADS = 8;
const EPSILON = 1e-5;

/**
 * SAM's two-way transformer: prompt tokens `[p, n, 256]` and image tokens `[1 or p, m, 256]` attend to each other.
 * An image shared by all prompts stays single until prompts make it differ, so its projections are computed once.
 * @returns the tokens `[p, n, 256]` and the image `[p, m, 256]`
 */
export function twoWayTransformer<T>(ops: Ops<T>, image: T, positions: T, prompts: T): [tokens: T, image: T] {
  const attend = (layer: string, q: T, k: T, v: T) => {
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
  for (const index of [0, 1]) {
    const layer = `${NAME}.layers.${index}`;
    const norm = (x: T, number: number) => ops.layerNorm(x, `${layer}.norm${number}`, EPSILON);
    if (index === 0) {
      // The first layer's tokens are their own positions, so they are neither added nor kept.
      tokens = attend(`${layer}.self_attn`, tokens, tokens, tokens);
    } else {
      const placed = ops.add(tokens, prompts);
      tokens = ops.add(tokens, attend(`${layer}.self_attn`, placed, placed, tokens));
    }
    tokens = norm(tokens, 1);
    const placedKeys = ops.add(keys, positions);
    const toImage = attend(`${layer}.cross_attn_token_to_image`, ops.add(tokens, prompts), placedKeys, keys);
    tokens = norm(ops.add(tokens, toImage), 2);
    const hidden = ops.relu(ops.linear(tokens, `${layer}.mlp.lin1`));
    tokens = norm(ops.add(tokens, ops.linear(hidden, `${layer}.mlp.lin2`)), 3);
    const toTokens = attend(`${layer}.cross_attn_image_to_token`, placedKeys, ops.add(tokens, prompts), tokens);
    keys = norm(ops.add(keys, toTokens), 4);
  }
  const final = attend(`${NAME}.final_attn_token_to_image`, ops.add(tokens, prompts), ops.add(keys, positions), keys);
  return [ops.layerNorm(ops.add(tokens, final), `${NAME}.norm_final_attn`, EPSILON), keys];
}
