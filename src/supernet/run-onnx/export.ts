import { encodeModel, type OnnxModel } from '../formats/onnx/proto.js';
import type { NetworkDescription } from '../model/description.js';
import type { Encoder, Weights } from '../model/network.js';
import { type DecodedMasks, type Decoder, decoderOf } from '../model/networks/decoder.js';
import { DECODER_CHANNELS } from '../model/networks/mask-heads.js';
import { densePositions, GAUSSIAN_MATRIX } from '../model/networks/prompt-encoder.js';
import type { Ops } from '../model/ops.js';
import { storeBytes } from './byte-weights.js';
import { encodeElastic } from './elastic.js';
import { createGraphBuilder, type GraphBuilder, type GraphTensor, int, weightTensor } from './graph-builder.js';
import { createGraphOps } from './graph-ops.js';
import { storeHalves } from './half-weights.js';
import { encodeImage } from './network-graphs.js';
import {
  cutEmbedding,
  enlargeMask,
  type OnnxInterface,
  padEmbedding,
  requireSam,
  SAM_MASK_SHAPE,
  SAM_SIDE,
  samEmbeddingShape,
  shrinkInput,
  shrinkMask,
} from './sam-interface.js';

interface ExportedModel {
  readonly description: Pick<NetworkDescription, 'name' | 'pixelMean' | 'pixelStd' | 'resize' | 'provenance'>;
  readonly weights: Weights;
}

/** Type of the weights in a file; arithmetic is in float32 whatever it is. */
export type WeightFormat = 'float32' | 'float16' | 'int8';

/** How a network is written as ONNX. */
export interface ExportOptions {
  /** `sam` keeps to the sizes of every published SAM and scales inside the graph; `native` has the network's own. */
  readonly interface: OnnxInterface;
  /** Default float32. */
  readonly format?: WeightFormat | undefined;
  /** Which of the four masks the decoder gives: as SAM's demo chooses (default), or always the single mask, which scores are of. */
  readonly mask?: 'demo' | 'single' | undefined;
}

/**
 * The whole encoder as one ONNX file: `input` `[1, 3, S, S]` (RGB, normalised; padded at the bottom and right with zeros, or squashed, as the metadata say)
 * to `image_embeddings` `[1, 256, grid, grid]`. In SAM's interface S is 1024 and the embedding 64 x 64, of which a smaller network fills
 * a corner. The metadata hold S and the normalisation.
 * @throws ModelError (MODEL_INTERFACE) for a network that SAM's interface does not fit
 */
export function exportEncoder(model: ExportedModel, encoder: Encoder, options: ExportOptions): Uint8Array {
  const { provenance } = model.description;
  const origin = provenance === undefined ? {} : { provenance: JSON.stringify(provenance) };
  return encoderFile(model, encoder, options, (_, ops, image) => encodeImage(ops, encoder, image), origin);
}

/**
 * The encoder of every subnet as one ONNX file: `exportEncoder`'s with a second input `subnet`, the active sizes of `elasticPieces`.
 * @param more metadata: which subnets are worth running
 * @throws ModelError (MODEL_INTERFACE) for a network that SAM's interface does not fit
 */
export function exportElasticEncoder(
  model: ExportedModel,
  encoder: Encoder,
  options: ExportOptions,
  more: OnnxModel['metadata'],
): Uint8Array {
  return encoderFile(
    model,
    encoder,
    options,
    (builder, ops, image) => encodeElastic(builder, ops, encoder, image),
    more,
  );
}

function encoderFile(
  model: ExportedModel,
  encoder: Encoder,
  options: ExportOptions,
  encode: (builder: GraphBuilder, ops: Ops<GraphTensor>, image: GraphTensor) => GraphTensor,
  more: OnnxModel['metadata'],
): Uint8Array {
  const isSam = options.interface === 'sam';
  if (isSam) requireSam(model.description, encoder);
  const builder = createGraphBuilder(model.weights);
  const ops = createGraphOps(builder);
  const side = isSam ? SAM_SIDE : encoder.inputSize;
  const input = builder.input('input', [1, 3, side, side]);
  const own = isSam ? shrinkInput(builder, input, encoder) : input;
  const embedding = ops.transpose(encode(builder, ops, ops.transpose(own, [0, 2, 3, 1])), [0, 3, 1, 2]);
  builder.output('image_embeddings', isSam ? padEmbedding(builder, embedding, encoder) : embedding);
  return encoded(builder.finish('encoder', { ...metadata(model, encoder, options), ...more }), options);
}

/**
 * Prompt encoder and mask decoder as one ONNX file with the inputs and outputs of SAM's ONNX demo, for one image and
 * one prompt of any number of points: the best of the four masks as the demo chooses it, at the original size
 * (`masks`) and a quarter of the input's (`low_res_masks`). Points are in pixels of the encoder's input, which is 1024 in SAM's interface.
 * @throws ModelError (MODEL_INTERFACE) for a network that SAM's interface does not fit
 */
export function exportDecoder(model: ExportedModel, encoder: Encoder, options: ExportOptions): Uint8Array {
  const isSam = options.interface === 'sam';
  if (isSam) requireSam(model.description, encoder);
  const { grid } = encoder;
  const side = isSam ? SAM_SIDE : encoder.inputSize;
  const decoder = decoderOf(encoder.decoder);
  const isSquashed = model.description.resize === 'squash';
  const tokens = [1, grid * grid, DECODER_CHANNELS];
  const builder = createGraphBuilder(model.weights);
  const ops = createGraphOps(builder);
  const shape = isSam ? samEmbeddingShape(DECODER_CHANNELS) : [1, DECODER_CHANNELS, grid, grid];
  const given = builder.input('image_embeddings', shape);
  const embedding = isSam ? cutEmbedding(builder, given, encoder) : given;
  const coordinates = builder.input('point_coords', [1, -1, 2]);
  const labels = builder.input('point_labels', [1, -1]);
  const source = ops.reshape(ops.transpose(embedding, [0, 2, 3, 1]), tokens);
  const dense = densePrompt(builder, ops, decoder, encoder, isSam);
  const image = dense === undefined ? source : ops.add(source, dense);
  const originalSize = builder.input('orig_im_size', [2]);
  const positions = ops.constant(densePositions(weightTensor(model.weights, GAUSSIAN_MATRIX).data, grid), tokens);
  // A point counts as a share of the input's side, whatever the side is.
  const sparse = decoder.encodePrompts(ops, coordinates, labels, side);
  const decoded = decoder.decodeMasks(ops, image, positions, sparse, grid);
  const chosen = options.mask === 'single' ? singleMask(ops, decoded) : selectMask(builder, decoded, coordinates);
  builder.output('masks', resizeMasks(builder, chosen.mask, originalSize, side, isSquashed));
  builder.output('iou_predictions', chosen.iouPrediction);
  builder.output('low_res_masks', isSam ? enlargeMask(builder, chosen.mask) : chosen.mask);
  // Of the supernet alone, whose subnets may share the file.
  const supernet = model.description.provenance?.supernet;
  const origin = supernet === undefined ? {} : { supernet };
  return encoded(builder.finish('decoder', { ...metadata(model, encoder, options), ...origin }), options);
}

const encoded = (model: OnnxModel, { format = 'float32' }: ExportOptions): Uint8Array =>
  encodeModel(STORE[format](model));

const STORE: { readonly [format in WeightFormat]: (model: OnnxModel) => OnnxModel } = {
  float32: (model) => model,
  float16: storeHalves,
  int8: storeBytes,
};

/** The mask input of the demo where the network takes masks, else what stands for none. */
function densePrompt(
  builder: GraphBuilder,
  ops: Ops<GraphTensor>,
  { noMask, encodeMask }: Decoder,
  encoder: Encoder,
  isSam: boolean,
): GraphTensor | undefined {
  const none = noMask(ops);
  if (encodeMask === undefined || none === undefined) return none;
  const side = 4 * encoder.grid;
  const given = builder.input('mask_input', isSam ? SAM_MASK_SHAPE : [1, 1, side, side]);
  const mask = isSam ? shrinkMask(builder, given, encoder) : given;
  const hasMask = builder.input('has_mask_input', [1]);
  const one = ops.constant(Float32Array.of(1), [1]);
  const hasNone = ops.add(one, ops.multiply(hasMask, ops.constant(Float32Array.of(-1), [1])));
  const embedded = encodeMask(ops, ops.reshape(mask, [1, side, side, 1]), side / 4);
  return ops.add(ops.multiply(embedded, hasMask), ops.multiply(none, hasNone));
}

const metadata = ({ description }: ExportedModel, { inputSize }: Encoder, options: ExportOptions) => ({
  model: description.name,
  interface: options.interface,
  /** Of the file's input; the network's own is `networkSize`. */
  inputSize: String(options.interface === 'sam' ? SAM_SIDE : inputSize),
  networkSize: String(inputSize),
  pixelMean: JSON.stringify(description.pixelMean),
  pixelStd: JSON.stringify(description.pixelStd),
  resize: description.resize ?? 'pad',
});

interface ChosenMask {
  /** `[1, 1, height, width]`. */
  readonly mask: GraphTensor;
  /** `[1, 1]`. */
  readonly iouPrediction: GraphTensor;
}

const singleMask = (ops: Ops<GraphTensor>, { logits, iouPredictions }: DecodedMasks<GraphTensor>): ChosenMask => ({
  mask: ops.slice(logits, 1, 0, 1),
  iouPrediction: ops.slice(iouPredictions, 1, 0, 1),
});

/**
 * One mask of four, chosen as SAM's ONNX demo does: the best predicted IoU of masks 1 to 3 for a prompt of one or two
 * points (a padding point counts), else the single mask.
 */
function selectMask(
  graph: GraphBuilder,
  { logits, iouPredictions }: DecodedMasks<GraphTensor>,
  coordinates: GraphTensor,
): ChosenMask {
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
function resizeMasks(
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
