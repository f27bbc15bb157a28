import type { SelfAttention } from '../../model/ops.js';
import { MOST_SCORES } from '../../run-tfjs/token-attention.js';

type Shape = readonly number[];

/** Adds a result, and what is kept besides it, and returns the result. */
export type Trace = (shape: Shape, saved?: number) => Shape;

/** Queries, keys and values apart, and the shares unless they are computed again in rounds. */
export function traceSelfAttention(
  trace: Trace,
  qkv: Shape,
  { headChannels, offsetBias }: SelfAttention<Shape>,
): Shape {
  const [windows = 1, tokens = 1, width = 1] = qkv;
  const heads = width / 3 / headChannels;
  const shares = windows * heads * tokens * tokens;
  const inRounds = offsetBias === undefined && tokens * tokens > MOST_SCORES;
  return trace([windows, tokens, width / 3], windows * tokens * width + (inRounds ? 0 : shares));
}
