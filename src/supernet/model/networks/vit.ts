import { ModelError } from '../../../errors.js';
import type { Encoder, Piece } from '../network.js';
import { resizeTable } from './positions.js';
import { convolutionMacs, createShapes, fixedPiece, neckPiece } from './shapes.js';
import { attentionPiece, mlpPiece } from './vit-layer.js';
import type { EfficientSamSpec, SamVitSpec, VitSizes } from './vit-spec.js';

const ROOT = 'image_encoder';

/**
 * SAM's image encoder as a chain of pieces: two a layer, attention and MLP, behind one gate. Tensor names are those of
 * segment-anything. The absolute position table is interpolated bilinearly for other input sizes (the original has
 * one size), the relative ones linearly, as there.
 * @throws ModelError when the input size is no multiple of the patch
 */
export function createSamVit(spec: SamVitSpec, inputSize: number): Encoder {
  const { shapes, side, embed } = start(spec, inputSize, 'linear', 0);
  const pieces = [embed];
  spec.layers.forEach(({ heads, window, mlpWidth }, layer) => {
    const place = { shapes, layer, channels: spec.channels, side };
    const relativeRows = 2 * (window === 0 ? spec.positionGrid : window) - 1;
    if (heads > 0) {
      pieces.push(attentionPiece(place, { heads, headChannels: spec.headChannels, window, relativeRows }));
    }
    if (mlpWidth > 0) pieces.push(mlpPiece(place, mlpWidth, ['lin1', 'lin2']));
  });
  pieces.push(neckPiece(shapes, spec.channels, spec.neckChannels, side));
  return encoder(spec, inputSize, side, pieces, shapes, 'sam');
}

/**
 * EfficientSAM's image encoder as a chain of pieces, named as in its repository. The position table, which keeps the entry
 * of a class token that is not used, is interpolated bicubically.
 * @throws ModelError when the input size is no multiple of the patch
 */
export function createEfficientSam(spec: EfficientSamSpec, inputSize: number): Encoder {
  const { shapes, side, embed } = start(spec, inputSize, 'cubic', 1);
  const pieces = [embed];
  spec.layers.forEach(({ heads, mlpWidth }, layer) => {
    const place = { shapes, layer, channels: spec.channels, side };
    if (heads > 0) {
      pieces.push(attentionPiece(place, { heads, headChannels: spec.headChannels, window: 0, relativeRows: 0 }));
    }
    if (mlpWidth > 0) pieces.push(mlpPiece(place, mlpWidth, ['fc1', 'fc2']));
  });
  pieces.push(neckPiece(shapes, spec.channels, spec.neckChannels, side));
  return encoder(spec, inputSize, side, pieces, shapes, 'efficientsam');
}

/** Patches as tokens, each with its position. */
function start(spec: VitSizes, inputSize: number, interpolation: 'linear' | 'cubic', classEntries: 0 | 1) {
  const { channels, patch, positionGrid } = spec;
  if (inputSize % patch !== 0 || inputSize < patch) {
    throw new ModelError(
      'MODEL_INPUT_SIZE',
      `this network takes multiples of its patch of ${patch} pixels, not ${inputSize}`,
      {
        remedy: `choose ${Math.max(1, Math.round(inputSize / patch)) * patch}`,
      },
    );
  }
  const shapes = createShapes();
  const side = inputSize / patch;
  const count = positionGrid * positionGrid;
  const [projection, table] = [`${ROOT}.patch_embed.proj`, `${ROOT}.pos_embed`];
  const tensors = [
    ...shapes.convolution(projection, channels, 3, patch),
    ...shapes.plain(
      table,
      classEntries === 1 ? [1, count + classEntries, channels] : [1, positionGrid, positionGrid, channels],
    ),
  ];
  const macs = convolutionMacs(side, channels, 3, patch);
  const embed = fixedPiece('patchEmbed', shapes, tensors, macs, (ops, image) => {
    const stored = ops.parameter(table);
    const entries = classEntries === 1 ? ops.slice(stored, 1, classEntries, count) : stored;
    const map = ops.reshape(entries, [positionGrid, positionGrid, channels]);
    const positions = resizeTable(ops, map, side, interpolation);
    const patches = ops.conv2d(image, projection, { stride: patch, padding: 0 });
    return ops.add(patches, ops.reshape(positions, [1, side, side, channels]));
  });
  return { shapes, side, embed };
}

const encoder = (
  { family, neckChannels }: SamVitSpec | EfficientSamSpec,
  inputSize: number,
  grid: number,
  pieces: readonly Piece[],
  shapes: ReturnType<typeof createShapes>,
  decoder: Encoder['decoder'],
): Encoder => ({
  family,
  inputSize,
  grid,
  channels: neckChannels,
  pieces,
  // The method trains the whole encoder, and patches cost little.
  stemLength: 0,
  decoder,
  shapes,
});
