import type { StoredTensor, StoredTensors } from '../../formats/tensor-file.js';
import type { SamVitSpec } from '../../model/networks/vit-spec.js';
import type { CheckpointLayout } from '../checkpoint-layout.js';
import { checkUniform, unfit } from '../tensor-sizes.js';
import { samLayout } from './sam.js';

/** Older files keep the shared matrix a second time under this name. */
const COPY = 'prompt_encoder.shared_embedding.positional_embedding';
const SHARED = 'shared_image_embedding.positional_embedding';

/** transformers' `SamModel`: the same tensors under other names. */
export const huggingFaceLayout: CheckpointLayout = {
  name: 'huggingface',
  origin: "transformers' SamModel",
  recognises: (names) => names.has('vision_encoder.pos_embed') && names.has('vision_encoder.layers.0.attn.qkv.weight'),
  read: (tensors) => {
    const renamed = new Map<string, StoredTensor>();
    for (const [name, tensor] of tensors) {
      if (name === COPY && tensors.has(SHARED)) continue;
      const own = fromHuggingFace(name === COPY ? SHARED : name);
      renamed.set(own ?? name, tensor);
    }
    return samLayout.read(renamed);
  },
  write: (description, tensors) => {
    const spec = checkUniform(description, 'sam-vit', huggingFaceLayout.origin);
    const renamed = new Map<string, StoredTensor>();
    for (const [name, tensor] of tensors) {
      const other = toHuggingFace(name);
      if (other === undefined) throw unfit(`${huggingFaceLayout.origin} has no tensor ${name}`);
      renamed.set(other, tensor);
    }
    return { tensors: renamed as StoredTensors, config: samConfig(spec) };
  },
};

/** What `SamModel.from_pretrained` reads beside the weights. */
function samConfig({ channels, layers, headChannels, patch, positionGrid, neckChannels }: SamVitSpec): object {
  const windows = new Set(layers.map(({ window }) => window).filter((window) => window > 0));
  if (windows.size > 1) throw unfit(`${huggingFaceLayout.origin} has one window, not ${[...windows].join(' and ')}`);
  const side = patch * positionGrid;
  return {
    architectures: ['SamModel'],
    model_type: 'sam',
    vision_config: {
      model_type: 'sam_vision_model',
      hidden_size: channels,
      num_hidden_layers: layers.length,
      num_attention_heads: channels / headChannels,
      mlp_dim: layers[0]?.mlpWidth ?? 4 * channels,
      global_attn_indexes: layers.flatMap(({ window }, i) => (window === 0 ? [i] : [])),
      window_size: [...windows][0] ?? 0,
      image_size: side,
      patch_size: patch,
      output_channels: neckChannels,
    },
    prompt_encoder_config: {
      model_type: 'sam_prompt_encoder',
      image_size: side,
      patch_size: patch,
      image_embedding_size: positionGrid,
    },
    mask_decoder_config: { model_type: 'sam_mask_decoder' },
  };
}

/** Pairs of name parts, segment-anything's and transformers' `SamModel`'s; `#` stands for a number. */
const PAIRS: readonly (readonly [sam: string, huggingface: string])[] = [
  ['image_encoder.pos_embed', 'vision_encoder.pos_embed'],
  ['image_encoder.patch_embed.proj.', 'vision_encoder.patch_embed.projection.'],
  ['image_encoder.blocks.#.norm1.', 'vision_encoder.layers.#.layer_norm1.'],
  ['image_encoder.blocks.#.norm2.', 'vision_encoder.layers.#.layer_norm2.'],
  ['image_encoder.blocks.#.', 'vision_encoder.layers.#.'],
  ['image_encoder.neck.0.', 'vision_encoder.neck.conv1.'],
  ['image_encoder.neck.1.', 'vision_encoder.neck.layer_norm1.'],
  ['image_encoder.neck.2.', 'vision_encoder.neck.conv2.'],
  ['image_encoder.neck.3.', 'vision_encoder.neck.layer_norm2.'],
  ['prompt_encoder.pe_layer.positional_encoding_gaussian_matrix', 'shared_image_embedding.positional_embedding'],
  ['prompt_encoder.point_embeddings.#.', 'prompt_encoder.point_embed.#.'],
  ['prompt_encoder.mask_downscaling.0.', 'prompt_encoder.mask_embed.conv1.'],
  ['prompt_encoder.mask_downscaling.1.', 'prompt_encoder.mask_embed.layer_norm1.'],
  ['prompt_encoder.mask_downscaling.3.', 'prompt_encoder.mask_embed.conv2.'],
  ['prompt_encoder.mask_downscaling.4.', 'prompt_encoder.mask_embed.layer_norm2.'],
  ['prompt_encoder.mask_downscaling.6.', 'prompt_encoder.mask_embed.conv3.'],
  ['prompt_encoder.', 'prompt_encoder.'],
  ['mask_decoder.transformer.layers.#.norm#.', 'mask_decoder.transformer.layers.#.layer_norm#.'],
  ['mask_decoder.transformer.norm_final_attn.', 'mask_decoder.transformer.layer_norm_final_attn.'],
  ['mask_decoder.output_upscaling.0.', 'mask_decoder.upscale_conv1.'],
  ['mask_decoder.output_upscaling.1.', 'mask_decoder.upscale_layer_norm.'],
  ['mask_decoder.output_upscaling.3.', 'mask_decoder.upscale_conv2.'],
  ['mask_decoder.output_hypernetworks_mlps.#.layers.0.', 'mask_decoder.output_hypernetworks_mlps.#.proj_in.'],
  ['mask_decoder.output_hypernetworks_mlps.#.layers.1.', 'mask_decoder.output_hypernetworks_mlps.#.layers.0.'],
  ['mask_decoder.output_hypernetworks_mlps.#.layers.2.', 'mask_decoder.output_hypernetworks_mlps.#.proj_out.'],
  ['mask_decoder.iou_prediction_head.layers.0.', 'mask_decoder.iou_prediction_head.proj_in.'],
  ['mask_decoder.iou_prediction_head.layers.1.', 'mask_decoder.iou_prediction_head.layers.0.'],
  ['mask_decoder.iou_prediction_head.layers.2.', 'mask_decoder.iou_prediction_head.proj_out.'],
  ['mask_decoder.', 'mask_decoder.'],
];

const rules = PAIRS.map(([sam, huggingface]) => ({
  sam: { pattern: pattern(sam), template: sam },
  huggingface: { pattern: pattern(huggingface), template: huggingface },
}));

/** segment-anything's name of a tensor of transformers' `SamModel`; undefined for one that it does not have. */
const fromHuggingFace = (name: string): string | undefined => rename(name, 'huggingface', 'sam');

/** The name in transformers' `SamModel` of a tensor of segment-anything; undefined for one that it does not have. */
const toHuggingFace = (name: string): string | undefined => rename(name, 'sam', 'huggingface');

/** The first pair that fits decides, so the narrower ones stand first. */
function rename(name: string, from: 'sam' | 'huggingface', to: 'sam' | 'huggingface'): string | undefined {
  for (const rule of rules) {
    const match = rule[from].pattern.exec(name);
    if (match === null) continue;
    let group = 1;
    const start = rule[to].template.replace(/#/g, () => match[group++] as string);
    return start + name.slice(match[0].length);
  }
  return undefined;
}

function pattern(template: string): RegExp {
  return new RegExp(`^${template.replace(/\./g, '\\.').replace(/#/g, '(\\d+)')}`);
}
