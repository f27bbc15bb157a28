import type { StoredTensors } from '../../formats/tensor-file.js';
import type { SamVitSpec } from '../../model/networks/vit-spec.js';
import { type CheckpointLayout, PIXELS } from '../checkpoint-layout.js';
import { checkUniform, countNumbered, shapeOf } from '../tensor-sizes.js';

/** segment-anything's `Sam`, whose names are this project's own. */
export const samLayout: CheckpointLayout = {
  name: 'sam',
  origin: "segment-anything's Sam",
  recognises: (names) => names.has('image_encoder.pos_embed') && names.has('image_encoder.blocks.0.attn.rel_pos_h'),
  read: (tensors) => {
    const encoder = samVitSpec(tensors);
    return { description: { format: 1, inputSize: encoder.patch * encoder.positionGrid, ...PIXELS, encoder }, tensors };
  },
  write: (description, tensors) => {
    checkUniform(description, 'sam-vit', samLayout.origin);
    return { tensors };
  },
};

/**
 * Every size of a SAM encoder follows from its tensors: a layer whose relative-position tables are as long as the map
 * attends over all of it, another in windows of half their length.
 */
function samVitSpec(
  tensors: StoredTensors,
): SamVitSpec & { layers: { heads: number; mlpWidth: number; window: number }[] } {
  const root = 'image_encoder';
  const [, positionGrid = 0, , channels = 0] = shapeOf(tensors, `${root}.pos_embed`, 4);
  const patch = shapeOf(tensors, `${root}.patch_embed.proj.weight`, 4)[2] ?? 0;
  const headChannels = shapeOf(tensors, `${root}.blocks.0.attn.rel_pos_h`, 2)[1] ?? 1;
  const layers = Array.from({ length: countNumbered(tensors, `${root}.blocks.`) }, (_, layer) => {
    const name = `${root}.blocks.${layer}`;
    const [rows = 0] = shapeOf(tensors, `${name}.attn.rel_pos_h`, 2);
    const [inner = 0] = shapeOf(tensors, `${name}.attn.qkv.weight`, 2);
    const [mlpWidth = 0] = shapeOf(tensors, `${name}.mlp.lin1.weight`, 2);
    const side = (rows + 1) / 2;
    return { heads: inner / 3 / headChannels, mlpWidth, window: side === positionGrid ? 0 : side };
  });
  const neckChannels = shapeOf(tensors, `${root}.neck.0.weight`, 4)[0] ?? 0;
  return { family: 'sam-vit', channels, headChannels, patch, positionGrid, neckChannels, layers };
}
