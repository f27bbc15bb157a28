import { createShapes } from './shapes.js';

/** Channels of tokens and image embedding in every SAM decoder. */
export const DECODER_CHANNELS = 256;
/** Masks a prompt: the single mask first, then the three of the multimask output. */
export const MASK_TOKENS = 4;

const ATTENTIONS = ['self_attn', 'cross_attn_token_to_image', 'cross_attn_image_to_token'] as const;

/** Shapes of every tensor of SAM's prompt encoder and mask decoder, which are the same in all published variants. */
export function samDecoderShapes(): ReadonlyMap<string, readonly number[]> {
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

  const decoder = 'mask_decoder';
  shapes.plain(`${decoder}.iou_token.weight`, [1, c]);
  shapes.plain(`${decoder}.mask_tokens.weight`, [MASK_TOKENS, c]);
  const attention = (name: string, inner: number) => {
    for (const projection of ['q_proj', 'k_proj', 'v_proj']) shapes.linear(`${name}.${projection}`, inner, c);
    shapes.linear(`${name}.out_proj`, c, inner);
  };
  for (let layer = 0; layer < 2; layer++) {
    const name = `${decoder}.transformer.layers.${layer}`;
    for (const part of ATTENTIONS) attention(`${name}.${part}`, part === 'self_attn' ? c : c / 2);
    shapes.linear(`${name}.mlp.lin1`, 2048, c);
    shapes.linear(`${name}.mlp.lin2`, c, 2048);
    for (let norm = 1; norm <= 4; norm++) shapes.norm(`${name}.norm${norm}`, c);
  }
  attention(`${decoder}.transformer.final_attn_token_to_image`, c / 2);
  shapes.norm(`${decoder}.transformer.norm_final_attn`, c);
  shapes.plain(`${decoder}.output_upscaling.0.weight`, [c, c / 4, 2, 2]);
  shapes.plain(`${decoder}.output_upscaling.0.bias`, [c / 4]);
  shapes.norm(`${decoder}.output_upscaling.1`, c / 4);
  shapes.plain(`${decoder}.output_upscaling.3.weight`, [c / 4, c / 8, 2, 2]);
  shapes.plain(`${decoder}.output_upscaling.3.bias`, [c / 8]);
  const mlp = (name: string, outputs: number) => {
    shapes.linear(`${name}.layers.0`, c, c);
    shapes.linear(`${name}.layers.1`, c, c);
    shapes.linear(`${name}.layers.2`, outputs, c);
  };
  for (let mask = 0; mask < MASK_TOKENS; mask++) mlp(`${decoder}.output_hypernetworks_mlps.${mask}`, c / 8);
  mlp(`${decoder}.iou_prediction_head`, MASK_TOKENS);
  return shapes;
}
