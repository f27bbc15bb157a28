import type { StoredTensors } from '../../formats/tensor-file.js';
import { type CheckpointLayout, PIXELS } from '../checkpoint-layout.js';
import { checkUniform, countNumbered, shapeOf } from '../tensor-sizes.js';

const ROOT = 'image_encoder';
/** Tensors do not show it; both published networks have 64 channels a head. */
const HEAD_CHANNELS = 64;
/** Nor this: the position table is the one of the pre-training at 224. */
const INPUT_SIZE = 1024;

/** EfficientSAM's `EfficientSam`, whose names are this project's own. */
export const efficientSamLayout: CheckpointLayout = {
  name: 'efficientsam',
  origin: "EfficientSAM's EfficientSam",
  recognises: (names) => names.has('prompt_encoder.bbox_top_left_embeddings.weight'),
  read: (tensors) => ({
    description: { format: 1, inputSize: INPUT_SIZE, ...PIXELS, resize: 'squash', encoder: efficientSamSpec(tensors) },
    tensors,
  }),
  write: (description, tensors) => {
    checkUniform(description, 'efficientsam', efficientSamLayout.origin);
    return { tensors };
  },
};

function efficientSamSpec(tensors: StoredTensors) {
  const [, positions = 0, channels = 0] = shapeOf(tensors, `${ROOT}.pos_embed`, 3);
  const layers = Array.from({ length: countNumbered(tensors, `${ROOT}.blocks.`) }, (_, layer) => {
    const [inner = 0] = shapeOf(tensors, `${ROOT}.blocks.${layer}.attn.qkv.weight`, 2);
    const [mlpWidth = 0] = shapeOf(tensors, `${ROOT}.blocks.${layer}.mlp.fc1.weight`, 2);
    return { heads: inner / 3 / HEAD_CHANNELS, mlpWidth };
  });
  return {
    family: 'efficientsam' as const,
    channels,
    headChannels: HEAD_CHANNELS,
    patch: shapeOf(tensors, `${ROOT}.patch_embed.proj.weight`, 4)[2] ?? 0,
    // One entry is the class token's.
    positionGrid: Math.round(Math.sqrt(positions - 1)),
    neckChannels: shapeOf(tensors, `${ROOT}.neck.0.weight`, 4)[0] ?? 0,
    layers,
  };
}
