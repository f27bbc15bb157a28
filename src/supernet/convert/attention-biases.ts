import { ModelError } from '../../errors.js';
import type { OnnxTensor } from '../formats/onnx/proto.js';

/**
 * TinyViT's learned attention bias, from the table `[heads, tokens, tokens]` the exporter unrolled back to one value an
 * offset, `[heads, window * window]`: entry |dy| * window + |dx|. The first row holds every offset from token 0; the
 * rest of the table must repeat it, else this is another kind of bias and a `ModelError`.
 */
export function compactAttentionBiases(table: OnnxTensor): { shape: readonly number[]; data: Float32Array } {
  const [heads = 0, tokens = 0] = table.dims;
  const window = Math.round(Math.sqrt(tokens));
  const values = table.data as Float32Array;
  const data = new Float32Array(heads * tokens);
  for (let head = 0; head < heads; head++) {
    const start = head * tokens * tokens;
    data.set(values.subarray(start, start + tokens), head * tokens);
    for (let i = 0; i < tokens; i++) {
      for (let j = 0; j < tokens; j++) {
        const dy = Math.abs(Math.floor(i / window) - Math.floor(j / window));
        const dx = Math.abs((i % window) - (j % window));
        if (values[start + i * tokens + j] !== data[head * tokens + dy * window + dx]) {
          throw new ModelError('MODEL_TENSORS', `attention bias "${table.name}" is not a function of the offset`);
        }
      }
    }
  }
  return { shape: [heads, tokens], data };
}
