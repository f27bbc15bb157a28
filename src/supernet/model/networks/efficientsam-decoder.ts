import type { Ops } from '../ops.js';
import type { Decoder } from './decoder.js';
import { DECODER_CHANNELS, forEveryPrompt, headsOnTokens, MASK_TOKENS, outputTokens, spread } from './mask-heads.js';
import { GAUSSIAN_MATRIX, pointPositions } from './prompt-encoder.js';
import { createShapes } from './shapes.js';
import { type TwoWayVariant, twoWayShapes, twoWayTransformer } from './two-way-transformer.js';

const NAME = 'mask_decoder';
const PROMPT = 'prompt_encoder';
/** Every prompt is brought to this number of points, with points that are none. */
const POINTS = 6;
const VARIANT: TwoWayVariant = { keepsPositions: true, activation: 'gelu', mlp: ['mlp.layers.0.0', 'mlp.fc'] };
/** Embeddings by label: a background point (0) has none, and no point (-1) keeps the position of (-1, -1). */
const MEANINGS = [
  [-1, 'invalid_points'],
  [1, 'point_embeddings'],
  [2, 'bbox_top_left_embeddings'],
  [3, 'bbox_bottom_right_embeddings'],
] as const;

/** EfficientSAM's prompt encoder and mask decoder: points and boxes only, GELU, GroupNorm, one more layer in the heads. */
export const efficientSamDecoder: Decoder = {
  shapes: efficientSamDecoderShapes(),
  encodePrompts: (ops, coordinates, labels, inputSize) => {
    const scalar = (value: number) => ops.constant(Float32Array.of(value), [1]);
    const points = ops.shape(coordinates)[1] ?? -1;
    const kinds = ops.reshape(labels, [-1, points, 1]);
    const absent = ops.equal(kinds, -1);
    const present = ops.add(ops.multiply(absent, scalar(-1)), scalar(1));
    const placed = ops.add(ops.multiply(coordinates, present), ops.multiply(absent, scalar(-1)));
    const given = MEANINGS.reduce(
      (sum, [label, name]) => ops.add(sum, ops.multiply(ops.equal(kinds, label), embedding(ops, name))),
      pointPositions(ops, placed, inputSize),
    );
    const nowhere = ops.constant(new Float32Array(2 * POINTS).fill(-1), [1, POINTS, 2]);
    const none = ops.add(pointPositions(ops, nowhere, inputSize), embedding(ops, 'invalid_points'));
    return ops.slice(ops.concat([given, forEveryPrompt(ops, none, given)], 1), 1, 0, POINTS);
  },
  noMask: () => undefined,
  decodeMasks: (ops, image, positions, sparse, grid) => {
    const [tokens, keys] = twoWayTransformer(ops, VARIANT, image, positions, outputTokens(ops, sparse));
    const upscaling = `${NAME}.final_output_upscaling_layers`;
    const cells = grid * grid;
    const wide = ops.reshape(spread(ops, keys, `${upscaling}.0.0`), [-1, cells, 4, DECODER_CHANNELS / 4]);
    const half = ops.gelu(ops.groupNorm(wide, `${upscaling}.0.1`, 1e-5));
    const tokensOfHalf = ops.reshape(half, [-1, 4 * cells, DECODER_CHANNELS / 4]);
    const upscaled = ops.gelu(spread(ops, tokensOfHalf, `${upscaling}.1.0`));
    return headsOnTokens(ops, tokens, upscaled, grid, (x, name) => {
      const hidden = ops.gelu(ops.linear(x, `${name}.layers.0.0`));
      return ops.linear(ops.gelu(ops.linear(hidden, `${name}.layers.1.0`)), `${name}.fc`);
    });
  },
};

const embedding = <T>(ops: Ops<T>, name: string): T =>
  ops.reshape(ops.parameter(`${PROMPT}.${name}.weight`), [1, 1, DECODER_CHANNELS]);

function efficientSamDecoderShapes(): ReadonlyMap<string, readonly number[]> {
  const shapes = createShapes();
  const c = DECODER_CHANNELS;
  shapes.plain(GAUSSIAN_MATRIX, [2, c / 2]);
  for (const [, name] of MEANINGS) shapes.plain(`${PROMPT}.${name}.weight`, [1, c]);
  shapes.plain(`${NAME}.iou_token.weight`, [1, c]);
  shapes.plain(`${NAME}.mask_tokens.weight`, [MASK_TOKENS, c]);
  twoWayShapes(shapes, VARIANT);
  const upscaling = `${NAME}.final_output_upscaling_layers`;
  shapes.upscaling(`${upscaling}.0.0`, c / 4, c);
  shapes.norm(`${upscaling}.0.1`, c / 4);
  shapes.upscaling(`${upscaling}.1.0`, c / 8, c / 4);
  const head = (name: string, outputs: number) => {
    shapes.linear(`${name}.layers.0.0`, c, c);
    shapes.linear(`${name}.layers.1.0`, c, c);
    shapes.linear(`${name}.fc`, outputs, c);
  };
  for (let mask = 0; mask < MASK_TOKENS; mask++) head(`${NAME}.output_hypernetworks_mlps.${mask}`, c / 8);
  head(`${NAME}.iou_prediction_head`, MASK_TOKENS);
  return shapes;
}
