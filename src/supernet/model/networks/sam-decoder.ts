import type { Decoder } from './decoder.js';
import { DECODER_CHANNELS, headsOnTokens, MASK_TOKENS, outputTokens, spread } from './mask-heads.js';
import { encodeMask, encodePrompts, noMaskEmbedding } from './prompt-encoder.js';
import { createShapes } from './shapes.js';
import { type TwoWayVariant, twoWayShapes, twoWayTransformer } from './two-way-transformer.js';

const NAME = 'mask_decoder';
const VARIANT: TwoWayVariant = { keepsPositions: false, activation: 'relu', mlp: ['mlp.lin1', 'mlp.lin2'] };

/** SAM's prompt encoder and mask decoder, the same in all published variants of SAM and in MobileSAM. */
export const samDecoder: Decoder = {
  shapes: samDecoderShapes(),
  encodePrompts,
  noMask: noMaskEmbedding,
  encodeMask,
  decodeMasks: (ops, image, positions, sparse, grid) => {
    const prompts = outputTokens(ops, sparse);
    const [tokens, keys] = twoWayTransformer(ops, VARIANT, image, positions, prompts);
    const half = ops.layerNorm(spread(ops, keys, `${NAME}.output_upscaling.0`), `${NAME}.output_upscaling.1`, 1e-6);
    const upscaled = ops.gelu(spread(ops, ops.gelu(half), `${NAME}.output_upscaling.3`));
    return headsOnTokens(ops, tokens, upscaled, grid, (x, name) => {
      const hidden = ops.relu(ops.linear(x, `${name}.layers.0`));
      return ops.linear(ops.relu(ops.linear(hidden, `${name}.layers.1`)), `${name}.layers.2`);
    });
  },
};

function samDecoderShapes(): ReadonlyMap<string, readonly number[]> {
  const shapes = createShapes();
  const c = DECODER_CHANNELS;
  const prompt = 'prompt_encoder';
  shapes.plain(`${prompt}.pe_layer.positional_encoding_gaussian_matrix`, [2, c / 2]);
  for (let i = 0; i < 4; i++) shapes.plain(`${prompt}.point_embeddings.${i}.weight`, [1, c]);
  shapes.plain(`${prompt}.not_a_point_embed.weight`, [1, c]);
  shapes.plain(`${prompt}.no_mask_embed.weight`, [1, c]);
  shapes.convolution(`${prompt}.mask_downscaling.0`, 4, 1, 2);
  shapes.norm(`${prompt}.mask_downscaling.1`, 4);
  shapes.convolution(`${prompt}.mask_downscaling.3`, 16, 4, 2);
  shapes.norm(`${prompt}.mask_downscaling.4`, 16);
  shapes.convolution(`${prompt}.mask_downscaling.6`, c, 16, 1);
  shapes.plain(`${NAME}.iou_token.weight`, [1, c]);
  shapes.plain(`${NAME}.mask_tokens.weight`, [MASK_TOKENS, c]);
  twoWayShapes(shapes, VARIANT);
  shapes.upscaling(`${NAME}.output_upscaling.0`, c / 4, c);
  shapes.norm(`${NAME}.output_upscaling.1`, c / 4);
  shapes.upscaling(`${NAME}.output_upscaling.3`, c / 8, c / 4);
  const head = (name: string, outputs: number) => {
    shapes.linear(`${name}.layers.0`, c, c);
    shapes.linear(`${name}.layers.1`, c, c);
    shapes.linear(`${name}.layers.2`, outputs, c);
  };
  for (let mask = 0; mask < MASK_TOKENS; mask++) head(`${NAME}.output_hypernetworks_mlps.${mask}`, c / 8);
  head(`${NAME}.iou_prediction_head`, MASK_TOKENS);
  return shapes;
}
