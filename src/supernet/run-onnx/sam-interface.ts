import { ModelError } from '../../errors.js';
import type { NetworkDescription } from '../model/description.js';
import type { Encoder } from '../model/network.js';
import { type GraphBuilder, type GraphTensor, ints } from './graph-builder.js';

/** Of every published SAM: pixels along the input's side, cells along the embedding's, pixels along a mask's. */
export const SAM_SIDE = 1024;
const SAM_GRID = 64;
const SAM_MASK = 256;

/** What an ONNX pair takes and gives: the numbers of every published SAM whatever the network's size, or the network's own. */
export type OnnxInterface = 'sam' | 'native';

/** Why a network cannot be written in SAM's interface; undefined where it can. */
export function whyNotSam({ resize }: Pick<NetworkDescription, 'resize'>, { inputSize }: Encoder): string | undefined {
  if (resize === 'squash') return 'its images fill the square, where SAM pads them';
  return inputSize > SAM_SIDE ? `its input has ${inputSize} pixels, more than SAM's ${SAM_SIDE}` : undefined;
}

/** Throws `ModelError` (MODEL_INTERFACE). */
export function requireSam(description: Pick<NetworkDescription, 'name' | 'resize'>, encoder: Encoder): void {
  const reason = whyNotSam(description, encoder);
  if (reason === undefined) return;
  throw new ModelError('MODEL_INTERFACE', `${description.name} cannot have SAM's interface: ${reason}`, {
    remedy: 'write it with the interface native',
  });
}

/** SAM's input `[1, 3, 1024, 1024]` at the network's own size. */
export function shrinkInput(graph: GraphBuilder, input: GraphTensor, { inputSize }: Encoder): GraphTensor {
  return resample(graph, input, inputSize);
}

/** The embedding `[1, 256, grid, grid]` in the leading corner of SAM's `[1, 256, 64, 64]`, zeros elsewhere. */
export function padEmbedding(graph: GraphBuilder, { name, shape }: GraphTensor, { grid }: Encoder): GraphTensor {
  if (grid === SAM_GRID) return { name, shape };
  const more = SAM_GRID - grid;
  const pads = graph.integers([0, 0, 0, 0, 0, 0, more, more]);
  return { name: one(graph, 'Pad', [name, pads]), shape: [1, shape[1] as number, SAM_GRID, SAM_GRID] };
}

export const samEmbeddingShape = (channels: number): readonly number[] => [1, channels, SAM_GRID, SAM_GRID];
export const SAM_MASK_SHAPE: readonly number[] = [1, 1, SAM_MASK, SAM_MASK];

/** The corner of SAM's embedding that `padEmbedding` filled. */
export function cutEmbedding(graph: GraphBuilder, { name, shape }: GraphTensor, { grid }: Encoder): GraphTensor {
  if (grid === SAM_GRID) return { name, shape };
  const range = [graph.integers([0, 0]), graph.integers([grid, grid]), graph.integers([2, 3])];
  return { name: one(graph, 'Slice', [name, ...range]), shape: [1, shape[1] as number, grid, grid] };
}

/** A mask input `[1, 1, 256, 256]` at a quarter of the network's input. */
export const shrinkMask = (graph: GraphBuilder, mask: GraphTensor, { grid }: Encoder): GraphTensor =>
  resample(graph, mask, 4 * grid);

/** A mask of the network as SAM's `low_res_masks`, which may be fed back as a mask input. */
export const enlargeMask = (graph: GraphBuilder, mask: GraphTensor): GraphTensor => resample(graph, mask, SAM_MASK);

/**
 * A square map `[1, c, n, n]` at another size: halved by means while it is twice as large or more, so that no pixel goes
 * unseen, then bilinear.
 */
function resample(graph: GraphBuilder, x: GraphTensor, side: number): GraphTensor {
  const [, channels = 1, , from = side] = x.shape;
  const halvings = Math.max(0, Math.floor(Math.log2(from / side)));
  const factor = 2 ** halvings;
  const shape = [1, channels, side, side];
  const means =
    halvings === 0
      ? x.name
      : one(graph, 'AveragePool', [x.name], { kernel_shape: ints([factor, factor]), strides: ints([factor, factor]) });
  if (from / factor === side) return { name: means, shape };
  return { name: one(graph, 'Resize', [means, '', '', graph.integers(shape)], LINEAR), shape };
}

const LINEAR = { mode: { string: 'linear' }, coordinate_transformation_mode: { string: 'half_pixel' } } as const;

const one = (graph: GraphBuilder, ...node: Parameters<GraphBuilder['node']>): string =>
  graph.node(...node)[0] as string;
