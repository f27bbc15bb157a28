import type { DecodedMasks } from '../model/networks/decoder.js';
import { type GraphBuilder, type GraphTensor, int } from './graph-builder.js';

/**
 * One mask of four, chosen as SAM's ONNX demo does: the best predicted IoU of masks 1 to 3 for a prompt of one or two
 * points (a padding point counts), else the single mask.
 * @returns mask `[1, 1, height, width]` and its predicted IoU `[1, 1]`
 */
export function selectMask(
  graph: GraphBuilder,
  { logits, iouPredictions }: DecodedMasks<GraphTensor>,
  coordinates: GraphTensor,
): { mask: GraphTensor; iouPrediction: GraphTensor } {
  const { node } = one(graph);
  const points = node('Cast', [node('Gather', [node('Shape', [coordinates.name]), graph.integers([1])])], {
    to: int(1),
  });
  const margin = node('Add', [points, graph.floats(Float32Array.of(-2.5), [1])]);
  // Larger than any difference of predicted IoUs, so its sign decides for or against mask 0.
  const bonus = node('Mul', [margin, graph.floats(Float32Array.of(1000, 0, 0, 0), [1, 4])]);
  const best = node('ArgMax', [node('Add', [iouPredictions.name, bonus])], { axis: int(1), keepdims: int(0) });
  const [, , height = 0, width = 0] = logits.shape;
  return {
    mask: { name: node('Gather', [logits.name, best], { axis: int(1) }), shape: [1, 1, height, width] },
    iouPrediction: { name: node('Gather', [iouPredictions.name, best], { axis: int(1) }), shape: [1, 1] },
  };
}

/**
 * Logits at the size of the original image (height, width): enlarged to the input, cut to what shows the image (all of it where
 * images are squashed), resized.
 */
export function resizeMasks(
  graph: GraphBuilder,
  mask: GraphTensor,
  originalSize: GraphTensor,
  inputSize: number,
  isSquashed: boolean,
): GraphTensor {
  const { node } = one(graph);
  const resize = (x: string, sizes: string) =>
    node('Resize', [x, '', '', sizes], {
      mode: { string: 'linear' },
      coordinate_transformation_mode: { string: 'half_pixel' },
    });
  const integer = (x: string) => node('Cast', [x], { to: int(7) });
  const longSide = node('ReduceMax', [originalSize.name], { keepdims: int(1) });
  const scale = node('Div', [graph.floats(Float32Array.of(inputSize), [1]), longSide]);
  const scaled = node('Mul', [originalSize.name, scale]);
  const content = integer(node('Floor', [node('Add', [scaled, graph.floats(Float32Array.of(0.5), [1])])]));
  const whole = resize(mask.name, graph.integers([1, 1, inputSize, inputSize]));
  const cut = isSquashed ? whole : node('Slice', [whole, graph.integers([0, 0]), content, graph.integers([2, 3])]);
  const sizes = node('Concat', [graph.integers([1, 1]), integer(originalSize.name)], { axis: int(0) });
  return { name: resize(cut, sizes), shape: [1, 1, -1, -1] };
}

/** Nodes of one output, by the name of that output. */
const one = (graph: GraphBuilder) => ({
  node: (...node: Parameters<GraphBuilder['node']>): string => graph.node(...node)[0] as string,
});
