import { ModelError } from '../../../errors.js';
import type { StoredTensor, StoredTensors } from '../../formats/stored-tensors.js';
import type { SamVitSpec } from '../../model/networks/vit-spec.js';
import type { CheckpointLayout } from '../checkpoint-layout.js';
import { fromHuggingFace, toHuggingFace } from './huggingface-names.js';
import { samLayout } from './sam.js';
import { checkUniform, unfit } from './uniform-layers.js';

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
      if (other === undefined)
        throw new ModelError('MODEL_LAYOUT', `${huggingFaceLayout.origin} has no tensor ${name}`);
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
