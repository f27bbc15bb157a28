import { ModelError } from '../../../errors.js';
import type { Encoder, Piece } from '../network.js';
import { convolutionMacs, createShapes, fixedPiece, neckPiece } from './shapes.js';
import { attentionPiece, localConvPiece, mlpPiece } from './tinyvit-block.js';
import type { TinyVitSpec } from './tinyvit-spec.js';

export { type TinyVitSpec, tinyVit5m } from './tinyvit-spec.js';

const ROOT = 'image_encoder';

/**
 * The TinyViT encoder as a chain of pieces. Tensor names are MobileSAM's with the batch norms folded into their
 * convolutions, which therefore carry a bias. Stages are numbered as there: stage 0 is the MBConv stage (`layers.0`),
 * the first transformer stage is stage 1 (`layers.1`).
 * @throws ModelError when the input size is no multiple of 32
 */
export function createTinyVit(spec: TinyVitSpec, inputSize: number): Encoder {
  if (inputSize % 32 !== 0 || inputSize < 32) {
    throw new ModelError('MODEL_INPUT_SIZE', `TinyViT takes input sizes that are multiples of 32, not ${inputSize}`, {
      remedy: 'choose 224, 448 or 1024 (multiples of 224 need no padding of windows)',
    });
  }
  const shapes = createShapes();
  const pieces: Piece[] = [];
  const [first, embed] = spec.patchChannels;
  let side = inputSize / 4;
  pieces.push(patchEmbedPiece(shapes, first, embed, side));
  spec.mbconvHidden.forEach((hidden, i) => {
    if (hidden > 0) pieces.push(mbconvPiece(shapes, i, embed, hidden, side));
  });
  let channels = embed;
  spec.stages.forEach((stage, index) => {
    side = stage.stride === 2 ? Math.ceil(side / 2) : side;
    pieces.push(mergingPiece(shapes, index, channels, stage.dimension, stage.stride, side));
    channels = stage.dimension;
    const headChannels = stage.dimension / stage.heads;
    stage.blocks.forEach(({ attention, heads = stage.heads, mlpWidth }, block) => {
      const place = { shapes, stage: index + 1, block, dimension: stage.dimension, side };
      if (attention) pieces.push(attentionPiece(place, { heads, headChannels, window: stage.window }));
      pieces.push(localConvPiece(place));
      if (mlpWidth > 0) pieces.push(mlpPiece(place, mlpWidth));
    });
  });
  pieces.push(neckPiece(shapes, channels, spec.neckChannels, side));
  return {
    family: 'tinyvit',
    inputSize,
    grid: side,
    channels: spec.neckChannels,
    pieces,
    stemLength: pieces.findIndex(({ name }) => name.startsWith('stage1.block')),
    decoder: 'sam',
    shapes,
  };
}

type Shapes = ReturnType<typeof createShapes>;

function patchEmbedPiece(shapes: Shapes, first: number, second: number, side: number): Piece {
  const name = `${ROOT}.patch_embed.seq`;
  const tensors = [
    ...shapes.convolution(`${name}.0.c`, first, 3, 3),
    ...shapes.convolution(`${name}.2.c`, second, first, 3),
  ];
  const macs = convolutionMacs(2 * side, first, 3, 3) + convolutionMacs(side, second, first, 3);
  return fixedPiece('patchEmbed', shapes, tensors, macs, (ops, image) => {
    const half = ops.gelu(ops.conv2d(image, `${name}.0.c`, { stride: 2, padding: 1 }));
    return ops.conv2d(half, `${name}.2.c`, { stride: 2, padding: 1 });
  });
}

/** 1x1 up, depthwise 3x3, 1x1 down; residual with the GELU after the sum. */
function mbconvPiece(shapes: Shapes, block: number, channels: number, hidden: number, side: number): Piece {
  const name = `${ROOT}.layers.0.blocks.${block}`;
  const tensors = [
    ...shapes.convolution(`${name}.conv1.c`, hidden, channels, 1),
    ...shapes.convolution(`${name}.conv2.c`, hidden, 1, 3),
    ...shapes.convolution(`${name}.conv3.c`, channels, hidden, 1),
  ];
  const macs = 2 * convolutionMacs(side, hidden, channels, 1) + convolutionMacs(side, hidden, 1, 3);
  const piece = fixedPiece(`stage0.block${block}`, shapes, tensors, macs, (ops, x) => {
    const up = ops.gelu(ops.linear(x, `${name}.conv1.c`));
    const mixed = ops.gelu(ops.depthwiseConv2d(up, `${name}.conv2.c`, { stride: 1, padding: 1 }));
    return ops.gelu(ops.add(x, ops.linear(mixed, `${name}.conv3.c`)));
  });
  return { ...piece, gate: `stage0.block${block}` };
}

function mergingPiece(
  shapes: Shapes,
  stage: number,
  inputs: number,
  outputs: number,
  stride: 1 | 2,
  side: number,
): Piece {
  const name = `${ROOT}.layers.${stage}.downsample`;
  const tensors = [
    ...shapes.convolution(`${name}.conv1.c`, outputs, inputs, 1),
    ...shapes.convolution(`${name}.conv2.c`, outputs, 1, 3),
    ...shapes.convolution(`${name}.conv3.c`, outputs, outputs, 1),
  ];
  const macs =
    convolutionMacs(side * stride, outputs, inputs, 1) +
    convolutionMacs(side, outputs, 1, 3) +
    convolutionMacs(side, outputs, outputs, 1);
  return fixedPiece(`stage${stage}.merging`, shapes, tensors, macs, (ops, x) => {
    const wide = ops.gelu(ops.linear(x, `${name}.conv1.c`));
    const merged = ops.gelu(ops.depthwiseConv2d(wide, `${name}.conv2.c`, { stride, padding: 1 }));
    return ops.linear(merged, `${name}.conv3.c`);
  });
}
