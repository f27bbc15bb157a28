import type { StoredTensor, StoredTensors } from '../../formats/tensor-file.js';
import type { TinyVitSpec } from '../../model/networks/tinyvit-spec.js';
import { type CheckpointLayout, PIXELS } from '../checkpoint-layout.js';
import { foldBatchNorm, NORM_PARTS, unfoldBatchNorm } from '../fold-batch-norm.js';
import { countNumbered, shapeOf, unfit } from '../tensor-sizes.js';

const ROOT = 'image_encoder';
/** The classifier of the pre-training, of no use in a segmenter. */
const UNUSED = /^image_encoder\.(norm_head|head)\./;
/** The merging before a stage of these channels does not shrink the map. */
const STRIDE_1 = [320, 448, 576];
const CLASSES = 1000;

/** MobileSAM's `Sam` with a `TinyViT`: every convolution of its encoder but the neck's has a batch norm, folded here. */
export const mobileSamLayout: CheckpointLayout = {
  name: 'mobilesam',
  origin: "MobileSAM's Sam",
  recognises: (names) => names.has('image_encoder.patch_embed.seq.0.c.weight'),
  read: (tensors) => {
    const folded = new Map<string, StoredTensor>();
    for (const [name, tensor] of tensors) {
      const layer = /^(.*)\.bn\.[^.]+$/.exec(name)?.[1];
      if (layer === undefined && !UNUSED.test(name) && !folded.has(name)) folded.set(name, tensor);
      if (layer === undefined || name !== `${layer}.bn.${NORM_PARTS[0]}`) continue;
      for (const [own, value] of foldBatchNorm(tensors, layer)) folded.set(own, value);
    }
    return { description: { format: 1, inputSize: 1024, ...PIXELS, encoder: tinyVitSpec(tensors) }, tensors: folded };
  },
  write: (description, tensors) => {
    const { encoder } = description;
    if (encoder.family !== 'tinyvit') throw unfit(`${mobileSamLayout.origin} has no ${encoder.family} encoder`);
    checkWhole(encoder);
    const unfolded = new Map<string, StoredTensor>();
    for (const [name, tensor] of tensors) {
      const layer = name.startsWith(`${ROOT}.`) ? /^(.*)\.c\.(weight|bias)$/.exec(name) : null;
      if (layer === null) unfolded.set(name, tensor);
      else if (layer[2] === 'weight') {
        for (const [other, value] of unfoldBatchNorm(tensors, layer[1] as string)) unfolded.set(other, value);
      }
    }
    for (const [name, tensor] of classifier(encoder.stages.at(-1)?.dimension ?? 0)) unfolded.set(name, tensor);
    return { tensors: unfolded };
  },
};

/** Sizes from the tensors; the heads and windows of a stage from its attention biases `[heads, window * window]`. */
function tinyVitSpec(tensors: StoredTensors) {
  const outputs = (name: string) => shapeOf(tensors, `${ROOT}.${name}.c.weight`, 4)[0] ?? 0;
  const stages = Array.from({ length: countNumbered(tensors, `${ROOT}.layers.`) - 1 }, (_, index) => {
    const dimension = outputs(`layers.${index}.downsample.conv3`);
    const place = `${ROOT}.layers.${index + 1}.blocks.`;
    const [heads = 0, offsets = 0] = shapeOf(tensors, `${place}0.attn.attention_biases`, 2);
    return {
      dimension,
      heads,
      window: Math.round(Math.sqrt(offsets)),
      stride: (STRIDE_1.includes(dimension) ? 1 : 2) as 1 | 2,
      blocks: Array.from({ length: countNumbered(tensors, place) }, (_, block) => ({
        attention: true,
        mlpWidth: shapeOf(tensors, `${place}${block}.mlp.fc1.weight`, 2)[0] ?? 0,
      })),
    };
  });
  return {
    family: 'tinyvit' as const,
    patchChannels: [outputs('patch_embed.seq.0'), outputs('patch_embed.seq.2')] as [number, number],
    mbconvHidden: Array.from({ length: countNumbered(tensors, `${ROOT}.layers.0.blocks.`) }, (_, block) =>
      outputs(`layers.0.blocks.${block}.conv1`),
    ),
    stages,
    neckChannels: shapeOf(tensors, `${ROOT}.neck.0.weight`, 4)[0] ?? 0,
  };
}

function checkWhole({ mbconvHidden, patchChannels, stages }: TinyVitSpec): void {
  const cut =
    mbconvHidden.some((hidden) => hidden !== 4 * patchChannels[1]) ||
    stages.some(({ dimension, blocks }) =>
      blocks.some((b) => !b.attention || b.heads !== undefined || b.mlpWidth !== 4 * dimension),
    );
  if (cut)
    throw unfit(
      `${mobileSamLayout.origin} has every branch with all its heads, MLPs four times as wide as its channels`,
    );
}

/** The class makes a classifier that nothing uses, and loads nothing without it. */
function classifier(channels: number): ReadonlyMap<string, StoredTensor> {
  const constant = (shape: readonly number[], value: number): StoredTensor => ({
    shape,
    read: async () => new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(value),
  });
  return new Map([
    [`${ROOT}.norm_head.weight`, constant([channels], 1)],
    [`${ROOT}.norm_head.bias`, constant([channels], 0)],
    [`${ROOT}.head.weight`, constant([CLASSES, channels], 0)],
    [`${ROOT}.head.bias`, constant([CLASSES], 0)],
  ]);
}
